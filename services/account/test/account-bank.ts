import type { Client, ClientUnaryCall, Metadata, ServiceError } from '@grpc/grpc-js';
import {
  type Account,
  AccountServiceClient,
  AccountType,
  type Customer,
} from '@ipe/contracts/gen/bank/account/v1/account';
import { call, grpcClient } from '@ipe/service-kit/grpc-client';
import { startService } from '@ipe/service-kit/start-service';
import { testEngines } from '@ipe/testing/engines';
import { freePort } from '@ipe/testing/free-port';
import { uniqueName } from '@ipe/testing/unique-name';
import { cnpj, cpf } from 'cpf-cnpj-validator';
import type { Config } from '../src/config.ts';
import { accountService } from '../src/create-service.ts';
import { FakeLedger } from './fake-ledger.ts';

type Method<Request, Response> = (
  request: Request,
  metadata: Metadata,
  options: { deadline: number },
  callback: (error: ServiceError | null, response: Response) => void,
) => ClientUnaryCall;

/** The service on free ports with tables, topic and group of its own, and a ledger beside it. */
export type AccountBank = Awaited<ReturnType<typeof startAccountBank>>;

export async function startAccountBank(change: Partial<Config> = {}) {
  const ledger = new FakeLedger(await freePort());
  await ledger.start();
  const config: Config = {
    HTTP_ADDRESS: `127.0.0.1:${await freePort()}`,
    GRPC_ADDRESS: `127.0.0.1:${await freePort()}`,
    LOG_LEVEL: 'silent',
    DRAIN_MS: 0,
    DYNAMODB_ENDPOINT: testEngines().dynamodb,
    AWS_REGION: 'sa-east-1',
    TABLE_PREFIX: `${uniqueName('t')}-`,
    KAFKA_BROKERS: [testEngines().kafka],
    // There is no such topic: tests of the events name one.
    ENTRIES_TOPIC: uniqueName('entries'),
    CONSUMER_GROUP: uniqueName('balances'),
    TRANSACTION_ADDRESS: ledger.address,
    LEDGER_DEADLINE_MS: 1_000,
    ...change,
  };
  const app = await startService(accountService(config));
  const client = grpcClient(AccountServiceClient, config.GRPC_ADDRESS);
  const ask = <Request, Response>(method: Method<Request, Response>, request: Request): Promise<Response> =>
    call(client as Client, method, request, 10_000);
  return {
    config,
    ledger,
    client,
    ask,
    async metrics(): Promise<string> {
      return (await fetch(`http://${config.HTTP_ADDRESS}/metrics`)).text();
    },
    async customer(document = cpf.generate()): Promise<Customer> {
      const request = { ...newWrite(), name: 'Ana Souza', document, email: `${uniqueName('ana')}@example.com` };
      return present((await ask(client.createCustomer, request)).customer);
    },
    async account(customerId: string, type = AccountType.ACCOUNT_TYPE_CURRENT, limitCents = 0n): Promise<Account> {
      return present((await ask(client.openAccount, { ...newWrite(), customerId, type, limitCents })).account);
    },
    async getAccount(accountId: string, customerId = ''): Promise<Account> {
      return present((await ask(client.getAccount, { accountId, customerId })).account);
    },
    async stop(): Promise<void> {
      client.close();
      await app.close();
      ledger.stop();
    },
  };
}

export function newWrite(): { caller: string; idempotencyKey: string } {
  return { caller: 'gateway', idempotencyKey: uniqueName('key') };
}

export function newCnpj(): string {
  return cnpj.generate();
}

export function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the answer lacks its message');
  return value;
}

/** The distinct answers of twenty calls made at once. */
export async function twentyAtOnce<T>(make: () => Promise<T>): Promise<Set<string>> {
  const answers = await Promise.all(Array.from({ length: 20 }, make));
  return new Set(
    answers.map((answer) => JSON.stringify(answer, (_n, value) => (typeof value === 'bigint' ? `${value}` : value))),
  );
}
