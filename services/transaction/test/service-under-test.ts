import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import {
  AccountClass,
  type AuthorizeRequest,
  TransactionServiceClient,
  TransferRequest,
} from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { readConfig } from '@ipe/service-kit/config';
import { call, grpcClient } from '@ipe/service-kit/grpc-client';
import { startService } from '@ipe/service-kit/start-service';
import { testEngines } from '@ipe/testing/engines';
import { eventually } from '@ipe/testing/eventually';
import { freePort } from '@ipe/testing/free-port';
import { uniqueName } from '@ipe/testing/unique-name';
import { Kafka, logLevel } from 'kafkajs';
import { configSchema } from '../src/config.ts';
import { transactionService } from '../src/create-service.ts';
import { numbers } from './fake-cards.ts';

export type Environment = Record<string, string>;

/** An environment of its own: table, topics, ports. */
export async function environment(cardsAddress: string, changes: Environment = {}): Promise<Environment> {
  const name = uniqueName('tx');
  return {
    HTTP_ADDRESS: `127.0.0.1:${await freePort()}`,
    GRPC_ADDRESS: `127.0.0.1:${await freePort()}`,
    DYNAMODB_ENDPOINT: testEngines().dynamodb,
    AWS_REGION: 'sa-east-1',
    TABLE_PREFIX: `${name}-`,
    KAFKA_BROKERS: testEngines().kafka,
    TOPIC_PREFIX: `${name}.`,
    CARDS_ADDRESS: cardsAddress,
    CARD_CHECK_DEADLINE_MS: '300',
    EXPIRY_SWEEP_MS: '50',
    FINGERPRINT_KEY: Buffer.alloc(32, 7).toString('base64'),
    // So little that every test meets checkpoints, and asks for what memory has let go.
    CHECKPOINT_BYTES: '20000',
    RECORDS_IN_MEMORY: '20',
    LOG_LEVEL: 'error',
    ...changes,
  };
}

/** Makes the two topics that the environment names. */
export async function makeTopics(env: Environment): Promise<void> {
  const admin = testKafka().admin();
  await admin.connect();
  const topics = ['bank.transactions.v1', 'bank.entries.v1'].map((topic) => `${env['TOPIC_PREFIX']}${topic}`);
  await admin.createTopics({ topics: topics.map((topic) => ({ topic, numPartitions: 3 })), waitForLeaders: true });
  await admin.disconnect();
}

export function testKafka(): Kafka {
  return new Kafka({ clientId: 'test', brokers: [testEngines().kafka], logLevel: logLevel.NOTHING });
}

/** The service in this process. */
export async function startHere(env: Environment): Promise<{ stop: () => Promise<void> }> {
  const app = await startService(transactionService(readConfig(configSchema, env)));
  await ready(env);
  return { stop: () => app.close() };
}

/** The built service in a process of its own, that can be killed. */
export async function spawnService(env: Environment): Promise<ChildProcess> {
  const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await ready(env);
  return child;
}

export async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
  return child.exitCode;
}

async function ready(env: Environment): Promise<void> {
  await eventually(
    async () => {
      const response = await fetch(`http://${env['HTTP_ADDRESS']}/health/ready`);
      if (!response.ok) throw new Error(await response.text());
    },
    { timeoutMs: 30_000, everyMs: 50 },
  );
}

/** The core as its callers see it. */
export class Bank {
  readonly client: TransactionServiceClient;

  constructor(env: Environment) {
    this.client = grpcClient(TransactionServiceClient, env['GRPC_ADDRESS'] ?? '');
  }

  close(): void {
    this.client.close();
  }

  /** Cash, an account `acc_ana` of R$ 1.000,00, `acc_card` with a limit of R$ 500,00, and `acc_shop`. */
  async furnish(): Promise<void> {
    await this.open('acc_ana');
    await this.open('acc_card', 50_000n);
    await this.open('acc_shop');
    await this.transfer('funding', { fromAccountId: 'system:cash', toAccountId: 'acc_ana', amountCents: 100_000n });
  }

  open(accountId: string, limitCents = 0n) {
    const accountClass = AccountClass.ACCOUNT_CLASS_LIABILITY;
    const request = {
      caller: 'test',
      idempotencyKey: `open-${accountId}`,
      accountId,
      accountClass,
      currency: 'BRL',
      limitCents,
    };
    return call(this.client, this.client.openAccount, request, 5_000);
  }

  transfer(idempotencyKey: string, changes: Partial<TransferRequest> = {}, deadlineMs = 5_000) {
    return call(this.client, this.client.transfer, transferRequest(idempotencyKey, changes), deadlineMs);
  }

  authorize(idempotencyKey: string, changes: Partial<AuthorizeRequest> = {}) {
    return call(this.client, this.client.authorize, purchaseRequest(idempotencyKey, changes), 5_000);
  }

  async balance(accountId: string) {
    const { balance } = await call(this.client, this.client.getBalance, { accountId, asOf: undefined }, 5_000);
    if (!balance) throw new Error('no balance was told');
    return balance;
  }
}

export function transferRequest(idempotencyKey: string, changes: Partial<TransferRequest> = {}): TransferRequest {
  return TransferRequest.fromPartial({
    caller: 'test',
    idempotencyKey,
    fromAccountId: 'acc_ana',
    toAccountId: 'acc_shop',
    amountCents: 100n,
    currency: 'BRL',
    ...changes,
  });
}

export function purchaseRequest(idempotencyKey: string, changes: Partial<AuthorizeRequest> = {}): AuthorizeRequest {
  return {
    caller: 'test',
    idempotencyKey,
    card: { number: numbers.valid, expiryMonth: 12, expiryYear: 2031, cvv: '123' },
    merchant: { merchantId: 'mer_1', accountId: 'acc_shop', name: 'Padaria Ipê', mcc: '5462' },
    amountCents: 10_000n,
    currency: 'BRL',
    installments: 1,
    orderId: 'ord_1',
    expiresAt: undefined,
    ...changes,
  };
}

/** A built service in a process of its own, and a client of it. */
export type Replica = { env: Environment; process: ChildProcess; bank: Bank };

export async function startReplica(env: Environment): Promise<Replica> {
  return { env, process: await spawnService(env), bank: new Bank(env) };
}

/** The same ledger, at other addresses. */
export async function elsewhere(env: Environment): Promise<Environment> {
  const [http, grpc] = [await freePort(), await freePort()];
  return { ...env, HTTP_ADDRESS: `127.0.0.1:${http}`, GRPC_ADDRESS: `127.0.0.1:${grpc}` };
}
