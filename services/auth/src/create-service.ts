import { AuthServiceService } from '@ipe/contracts/gen/bank/auth/v1/auth';
import type { ServiceOptions } from '@ipe/service-kit/start-service';
import { OidcHost } from './adapters/oidc/oidc-host.ts';
import { SystemClock } from './adapters/system-clock.ts';
import type { Clock } from './application/ports.ts';
import { AuthModule } from './auth.module.ts';
import type { Config } from './config.ts';

export function authService(config: Config, clock: Clock = new SystemClock()): ServiceOptions {
  return {
    name: 'auth',
    config,
    module: AuthModule.with(config, clock),
    grpc: { address: config.GRPC_ADDRESS, services: { 'bank.auth.v1.AuthService': AuthServiceService } },
    // Two short fields, or the provider's parameters.
    http: { bodyLimit: 32_768 },
    // As connect middleware it runs before Fastify parses bodies, which the provider does by itself.
    prepare: (app) => {
      app.use(new URL(config.ISSUER).pathname, app.get(OidcHost).handle);
    },
  };
}
