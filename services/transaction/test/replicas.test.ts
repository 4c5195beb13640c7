import { setTimeout as wait } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { Write } from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { LedgerClient } from '@ipe/ledger/ledger-client';
import { GrpcRefusal } from '@ipe/service-kit/refusal';
import { eventually } from '@ipe/testing/eventually';
import { startFakeCards } from './fake-cards.ts';
import { elsewhere, end, environment, type Replica, startReplica, transferRequest } from './service-under-test.ts';

// Two built replicas of one ledger in processes of their own, against the real engine.

let cards: Awaited<ReturnType<typeof startFakeCards>>;
let leader: Replica;
let standby: Replica;

beforeAll(async () => {
  cards = await startFakeCards();
});

afterAll(() => cards.stop());

beforeEach(async () => {
  const env = await environment(cards.address, { KAFKA_BROKERS: '127.0.0.1:1' });
  leader = await startReplica(env);
  standby = await startReplica(await elsewhere(env));
  await leader.bank.furnish();
});

afterEach(async () => {
  for (const { bank, process } of [leader, standby]) {
    bank.close();
    await end(process, 'SIGKILL');
  }
});

test('any replica takes any call: the one that does not lead passes it on, and its errors back', async () => {
  const first = await standby.bank.transfer('anywhere');
  expect(await leader.bank.transfer('anywhere')).toEqual({ ...first, replayed: true });
  expect(await standby.bank.balance('acc_shop')).toEqual(await leader.bank.balance('acc_shop'));
  await expect(standby.bank.transfer('too-much', { amountCents: 9_000_000n })).rejects.toMatchObject({
    reason: 'insufficient_funds',
    metadata: { id: 'acc_ana' },
  });
  await expect(standby.bank.transfer('nothing', { amountCents: 0n })).rejects.toMatchObject({
    violations: [{ field: 'amount_cents' }],
  });
  await expect(standby.bank.transfer('late', {}, 0)).rejects.toMatchObject({ code: status.DEADLINE_EXCEEDED });
});

test('a stream that a standby takes is joined to the leader', async () => {
  const answered = await new Promise<bigint[]>((resolve, reject) => {
    const numbers: bigint[] = [];
    const stream = standby.bank.client.stream({ deadline: Date.now() + 10_000 });
    stream.on('data', ({ number, result }) => numbers.push(result?.transaction ? number : -1n));
    stream.on('end', () => resolve(numbers));
    stream.on('error', reject);
    for (let at = 0; at < 100; at++) {
      const write = Write.fromPartial({ transfer: transferRequest(`joined-${at}`, { amountCents: 1n }) });
      stream.write({ number: BigInt(at), write });
    }
    stream.end();
  });
  expect(answered).toEqual(Array.from({ length: 100 }, (_, at) => BigInt(at)));
  expect((await leader.bank.balance('acc_shop')).postedCents).toBe(100n);
});

test('a caller learns who leads, and needs the replica that told it no more, until the leader is gone', async () => {
  const client = new LedgerClient(standby.env['GRPC_ADDRESS'] ?? '');
  const transferred = async (key: string) =>
    (await client.call('transfer', transferRequest(key, { amountCents: 1n }), 10_000)).transaction?.transactionId;
  const first = await transferred('by-the-standby');
  await end(standby.process, 'SIGKILL');
  expect(await transferred('directly')).toEqual(expect.any(String));
  standby = await startReplica(standby.env);
  await end(leader.process, 'SIGKILL');
  // The way has closed: the call goes by the standby again, which waits until it leads. It has just been started: who was
  // connected to the one before tries so again after a moment, and is refused until then.
  await eventually(async () => expect(await transferred('by-the-standby')).toBe(first));
  client.close();
});

/** Calls until it is answered, as a client with a deadline does; any replica that is there will do. */
async function transferPatiently(key: string, deadlineAt: number): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    const { bank } = attempt % 2 ? leader : standby;
    try {
      const { transaction } = await bank.transfer(key, { amountCents: 1n }, Math.max(1, deadlineAt - Date.now()));
      return transaction?.transactionId ?? '';
    } catch (error) {
      const mayBeTriedAgain = error instanceof GrpcRefusal && error.code === status.UNAVAILABLE;
      if (!mayBeTriedAgain || Date.now() > deadlineAt) throw error;
      await wait(error.retryAfterMs ?? 50);
    }
  }
}

test.each(['SIGKILL', 'SIGTERM'] as const)(
  'the leader ends by %s under load: the standby takes over, nobody who tries again sees an error, nothing is lost or doubled',
  async (signal) => {
    const keys = Array.from({ length: 400 }, (_, at) => `key-${at}`);
    const queue = [...keys];
    const answers = new Map<string, string>();
    const ended = wait(100).then(() => end(leader.process, signal));
    const worker = async () => {
      for (let key = queue.shift(); key !== undefined; key = queue.shift()) {
        answers.set(key, await transferPatiently(key, Date.now() + 20_000));
      }
    };
    await Promise.all(Array.from({ length: 16 }, worker));
    await ended;
    expect(new Set(answers.values()).size).toBe(keys.length);
    await eventually(async () => expect((await standby.bank.balance('acc_shop')).postedCents).toBe(400n));
    for (const key of keys.slice(0, 50)) {
      const again = await standby.bank.transfer(key, { amountCents: 1n });
      expect(again).toMatchObject({ replayed: true, transaction: { transactionId: answers.get(key) } });
    }
  },
);
