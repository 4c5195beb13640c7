import { StatementServiceService } from '@ipe/contracts/gen/bank/statement/v1/statement';
import type { ServiceOptions } from '@ipe/service-kit/start-service';
import type { Config } from './config.ts';
import { StatementModule } from './statement.module.ts';

export function statementService(config: Config): ServiceOptions {
  return {
    name: 'statement',
    config,
    module: StatementModule.with(config),
    grpc: { address: config.GRPC_ADDRESS, services: { 'bank.statement.v1.StatementService': StatementServiceService } },
  };
}
