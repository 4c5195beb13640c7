import { dynamoClient } from '@ipe/dynamodb/client';
import { ServiceTable } from '@ipe/dynamodb/service-table';
import { type DynamicModule, Module } from '@nestjs/common';
import { HashedAccountNumbers } from './adapters/crypto/hashed-account-numbers.ts';
import { DynamoAccounts } from './adapters/dynamodb/dynamo-accounts.ts';
import { DynamoCustomers } from './adapters/dynamodb/dynamo-customers.ts';
import { AccountController } from './adapters/grpc/account.controller.ts';
import { GrpcLedger } from './adapters/grpc/grpc-ledger.ts';
import { EntriesConsumer } from './adapters/kafka/entries-consumer.ts';
import { ChangeAccountStatus } from './application/change-account-status.ts';
import { ChangeCreditLimit } from './application/change-credit-limit.ts';
import { CreateCustomer } from './application/create-customer.ts';
import { GetAccount } from './application/get-account.ts';
import { GetCustomer } from './application/get-customer.ts';
import { ListAccounts } from './application/list-accounts.ts';
import { OpenAccount } from './application/open-account.ts';
import { AccountNumbers, Accounts, Clock, Customers, Ledger } from './application/ports.ts';
import { ProjectBalances } from './application/project-balances.ts';
import type { Config } from './config.ts';

/** Ports are abstract classes; the compiler checks that they are the use case's own, in its order. */
type Ports<Values extends readonly unknown[]> = { [Place in keyof Values]: abstract new () => Values[Place] };

function useCase<T, Values extends readonly unknown[]>(type: new (...ports: Values) => T, ...inject: Ports<Values>) {
  return { provide: type, inject: [...inject], useFactory: (...ports: Values) => new type(...ports) };
}

@Module({})
export class AccountModule {
  static with(config: Config): DynamicModule {
    const entries = { brokers: config.KAFKA_BROKERS, topic: config.ENTRIES_TOPIC, groupId: config.CONSUMER_GROUP };
    return {
      module: AccountModule,
      controllers: [AccountController],
      providers: [
        {
          provide: ServiceTable,
          useFactory: () => new ServiceTable(dynamoClient(config), `${config.TABLE_PREFIX}account`),
        },
        { provide: Clock, useValue: { now: () => new Date() } },
        { provide: Customers, inject: [ServiceTable], useFactory: (table: ServiceTable) => new DynamoCustomers(table) },
        { provide: Accounts, inject: [ServiceTable], useFactory: (table: ServiceTable) => new DynamoAccounts(table) },
        {
          provide: Ledger,
          useFactory: () => new GrpcLedger(config.TRANSACTION_ADDRESS, config.LEDGER_DEADLINE_MS),
        },
        { provide: AccountNumbers, useClass: HashedAccountNumbers },
        useCase(CreateCustomer, Customers, Clock),
        useCase(GetCustomer, Customers),
        useCase(OpenAccount, Customers, Accounts, Ledger, AccountNumbers, Clock),
        useCase(GetAccount, Accounts),
        useCase(ListAccounts, Accounts),
        useCase(ChangeAccountStatus, Accounts, Ledger),
        useCase(ChangeCreditLimit, Accounts, Ledger),
        useCase(ProjectBalances, Accounts),
        {
          provide: EntriesConsumer,
          inject: [ProjectBalances],
          useFactory: (projectBalances: ProjectBalances) => new EntriesConsumer(entries, projectBalances),
        },
      ],
    };
  }
}
