import { AccountServiceService } from '@ipe/contracts/gen/bank/account/v1/account';
import type { ServiceOptions } from '@ipe/service-kit/start-service';
import { AccountModule } from './account.module.ts';
import type { Config } from './config.ts';

export function accountService(config: Config): ServiceOptions {
  return {
    name: 'account',
    config,
    module: AccountModule.with(config),
    grpc: { address: config.GRPC_ADDRESS, services: { 'bank.account.v1.AccountService': AccountServiceService } },
  };
}
