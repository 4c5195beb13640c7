import type { ChildProcess } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { GrpcRefusal } from '@ipe/service-kit/refusal';
import { eventually } from '@ipe/testing/eventually';
import { startFakeCards } from './fake-cards.ts';
import { Bank, type Environment, end, environment, spawnService } from './service-under-test.ts';

// The built service in processes of its own, without Kafka: commits must not notice.

let cards: Awaited<ReturnType<typeof startFakeCards>>;
let env: Environment;
let child: ChildProcess;
let bank: Bank;

beforeAll(async () => {
  cards = await startFakeCards();
});

afterAll(() => cards.stop());

beforeEach(async () => {
  env = await environment(cards.address, { KAFKA_BROKERS: '127.0.0.1:1', CARD_CHECK_DEADLINE_MS: '4000' });
  child = await spawnService(env);
  bank = new Bank(env);
  await bank.furnish();
});

afterEach(async () => {
  bank.close();
  await end(child, 'SIGKILL');
});

type Result = { id: string } | { error: GrpcRefusal };

/** Many purchases and transfers, 32 in flight; `midway` happens when a third is answered. */
async function load(keys: readonly string[], midway: () => Promise<unknown>): Promise<Map<string, Result>> {
  const results = new Map<string, Result>();
  let disturbance: Promise<unknown> | undefined;
  await inFlight(32, keys, async (key) => {
    results.set(key, await buy(key).catch(failure));
    if (results.size > keys.length / 3) disturbance ??= midway();
  });
  await disturbance;
  return results;
}

async function inFlight(width: number, keys: readonly string[], work: (key: string) => Promise<void>): Promise<void> {
  const queue = [...keys];
  const worker = async () => {
    for (let key = queue.shift(); key !== undefined; key = queue.shift()) await work(key);
  };
  await Promise.all(Array.from({ length: width }, worker));
}

async function buy(key: string): Promise<Result> {
  const { transaction } = key.startsWith('card')
    ? await bank.authorize(key, { amountCents: 10n })
    : await bank.transfer(key, { amountCents: 10n });
  return { id: transaction?.transactionId ?? '' };
}

function failure(error: unknown): Result {
  if (error instanceof GrpcRefusal) return { error };
  throw error;
}

/** Asks everything again under the same keys: what was acknowledged must be the same, nothing may be done twice. */
async function checkNothingLostOrDoubled(results: ReadonlyMap<string, Result>): Promise<void> {
  // The client needs a moment to find the new process.
  await eventually(() => bank.balance('acc_shop'));
  const keys = [...results.keys()];
  await inFlight(16, keys, async (key) => {
    const first = results.get(key);
    const again = await buy(key);
    if (first && 'id' in first) expect(again).toEqual(first);
  });
  const cardKeys = BigInt(keys.filter((key) => key.startsWith('card')).length);
  expect((await bank.balance('acc_card')).heldCents).toBe(10n * cardKeys);
  expect((await bank.balance('acc_shop')).postedCents).toBe(10n * (BigInt(keys.length) - cardKeys));
  expect((await bank.balance('acc_ana')).postedCents).toBe(100_000n - 10n * (BigInt(keys.length) - cardKeys));
}

const keys = Array.from({ length: 200 }, (_, index) => `${index % 2 ? 'card' : 'transfer'}-${index}`);

test('kill -9 amid load: what was acknowledged is there, the rest once or not at all', async () => {
  const results = await load(keys, async () => {
    await end(child, 'SIGKILL');
    await wait(100);
    child = await spawnService(env);
  });
  const answered = [...results.values()].filter((result) => 'id' in result);
  expect(answered.length).toBeGreaterThan(keys.length / 3);
  expect(answered.length).toBeLessThan(keys.length);
  await checkNothingLostOrDoubled(results);
});

test('SIGTERM under load: the process ends well, loses no acknowledged call and doubles no retried one', async () => {
  let exitCode: number | null = null;
  const results = await load(keys, async () => {
    exitCode = await end(child, 'SIGTERM');
    child = await spawnService(env);
  });
  expect(exitCode).toBe(0);
  for (const result of results.values()) {
    if ('error' in result) expect([status.UNAVAILABLE, status.DEADLINE_EXCEEDED]).toContain(result.error.code);
  }
  await checkNothingLostOrDoubled(results);
});

test('a caller who is told to wait by his deadline learns it in time, and his key tells the rest', async () => {
  await expect(bank.transfer('hurried', {}, 0)).rejects.toMatchObject({ code: status.DEADLINE_EXCEEDED });
  expect(await bank.transfer('hurried')).toMatchObject({ transaction: { amountCents: 100n } });
});
