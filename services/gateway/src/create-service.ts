import helmet from '@fastify/helmet';
import type { ServiceOptions } from '@ipe/service-kit/start-service';
import { serveDocs } from './adapters/http/docs-page.ts';
import { openApiDocument } from './adapters/http/openapi-document.ts';
import { acceptJsonOnly, addRequestHooks, httpOptions } from './adapters/http/request-hooks.ts';
import { refuseWrongMethods } from './adapters/http/wrong-method.ts';
import type { Config } from './config.ts';
import { controllers, GatewayModule } from './gateway.module.ts';

export function gatewayService(config: Config): ServiceOptions {
  return {
    name: 'gateway',
    config,
    module: GatewayModule.with(config),
    http: httpOptions(config.TRUSTED_PROXIES),
    prepare: async (app) => {
      addRequestHooks(app);
      refuseWrongMethods(app);
      acceptJsonOnly(app);
      await app.register(helmet, { contentSecurityPolicy: { directives: contentSecurity(config.ISSUER) } });
      if (config.CORS_ORIGINS.length > 0) {
        app.enableCors({
          origin: config.CORS_ORIGINS,
          methods: ['GET', 'POST', 'PUT'],
          allowedHeaders: ['authorization', 'content-type', 'idempotency-key', 'last-event-id', 'x-request-id'],
          exposedHeaders: ['x-request-id', 'retry-after', 'ratelimit', 'ratelimit-policy', 'location'],
          maxAge: 600,
        });
      }
      serveDocs(app, openApiDocument(controllers, config.ISSUER));
    },
  };
}

/** The page at /docs loads nothing from elsewhere, and speaks to this API and to the issuer only. */
function contentSecurity(issuer: string): Record<string, string[] | null> {
  return {
    defaultSrc: ["'self'"],
    scriptSrc: ["'self'"],
    // swagger-ui sets style attributes.
    styleSrc: ["'self'", "'unsafe-inline'"],
    imgSrc: ["'self'", 'data:'],
    connectSrc: ["'self'", new URL(issuer).origin],
    frameAncestors: ["'none'"],
    // Would turn http into https on a laptop.
    upgradeInsecureRequests: null,
  };
}
