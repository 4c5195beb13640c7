import { ShardServiceService } from '@ipe/contracts/gen/bank/transaction/v1/shards';
import { TransactionServiceService } from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import type { ServiceOptions } from '@ipe/service-kit/start-service';
import type { Config } from './config.ts';
import { TransactionModule } from './transaction.module.ts';

export function transactionService(config: Config): ServiceOptions {
  return {
    name: 'transaction',
    config,
    module: TransactionModule.with(config),
    grpc: {
      address: config.GRPC_ADDRESS,
      services: {
        'bank.transaction.v1.TransactionService': TransactionServiceService,
        'bank.transaction.v1.ShardService': ShardServiceService,
      },
    },
  };
}
