import { randomBytes } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import {
  BulkRequest,
  DryRunRequest,
  type StreamRequest,
  type StreamResponse,
  Write,
} from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { call } from '@ipe/service-kit/grpc-client';
import { startFakeCards } from './fake-cards.ts';
import { Bank, environment, startHere, transferRequest } from './service-under-test.ts';

// Many writes in one call, one stream, or none at all: against the real engine, without Kafka.

let cards: Awaited<ReturnType<typeof startFakeCards>>;
let service: { stop: () => Promise<void> };
let bank: Bank;

beforeAll(async () => {
  cards = await startFakeCards();
  const env = await environment(cards.address, { KAFKA_BROKERS: '127.0.0.1:1', CHECKPOINT_BYTES: '2000000' });
  service = await startHere(env);
  bank = new Bank(env);
  await bank.furnish();
});

afterAll(async () => {
  bank.close();
  await service.stop();
  cards.stop();
});

function transfers(name: string, count: number, amountCents = 1n) {
  return Array.from({ length: count }, (_, at) => ({ transfer: transferRequest(`${name}-${at}`, { amountCents }) }));
}

function bulk(writes: ReadonlyArray<Partial<Write>>, allOrNothing = false) {
  const request = BulkRequest.fromPartial({ writes: [...writes], allOrNothing });
  return call(bank.client, bank.client.bulk, request, 10_000);
}

async function shopHas(): Promise<bigint> {
  return (await bank.balance('acc_shop')).postedCents;
}

describe('in one call', () => {
  test('a thousand writes are each done once, and the same call again answers the same', async () => {
    const before = await shopHas();
    const first = await bulk(transfers('thousand', 1_000));
    expect(first.results.every(({ transaction, replayed }) => transaction && !replayed)).toBe(true);
    const again = await bulk(transfers('thousand', 1_000));
    expect(again.results.every(({ replayed }) => replayed)).toBe(true);
    expect(again.results.map(({ transaction }) => transaction)).toEqual(
      first.results.map(({ transaction }) => transaction),
    );
    expect(await shopHas()).toBe(before + 1_000n);
  });

  test('each stands for itself: what is refused or not understood costs none of the others', async () => {
    const { results, done } = await bulk([
      ...transfers('alone', 1),
      ...transfers('too-much', 1, 9_000_000n),
      { transfer: transferRequest('nothing', { amountCents: 0n }) },
      {},
      ...transfers('last', 1),
    ]);
    expect(done).toBe(true);
    expect(results.map(({ transaction, failure }) => (transaction ? 'done' : failure?.reason))).toEqual([
      'done',
      'insufficient_funds',
      'invalid_request',
      'invalid_request',
      'done',
    ]);
    expect(results[2]?.failure).toMatchObject({
      code: status.INVALID_ARGUMENT,
      violations: [{ field: 'amount_cents', description: 'must be more than zero' }],
    });
  });

  test('all or nothing: one refusal, and none of it happened', async () => {
    const before = await shopHas();
    const writes = [...transfers('together', 10), ...transfers('together-too-much', 1, 9_000_000n)];
    const { results, done } = await bulk(writes, true);
    expect(done).toBe(false);
    expect(results.map(({ failure }) => failure?.reason)).toEqual([
      ...Array.from({ length: 10 }, () => 'not_done'),
      'insufficient_funds',
    ]);
    expect(await shopHas()).toBe(before);
    // Their keys are free: the same writes can still be made.
    const later = await bulk(writes.slice(0, 10), true);
    expect(later).toMatchObject({ done: true });
    expect(later.results.every(({ replayed }) => !replayed)).toBe(true);
    expect(await shopHas()).toBe(before + 10n);
  });

  test('more than an item of the journal holds is not done together, and is done each for itself', async () => {
    const before = await shopHas();
    // Nothing that packing makes small.
    const note = () => randomBytes(250).toString('hex');
    const writes = Array.from({ length: 400 }, (_, at) => ({
      transfer: transferRequest(`large-${at}`, {
        amountCents: 1n,
        metadata: { one: note(), two: note(), three: note() },
      }),
    }));
    await expect(bulk(writes, true)).rejects.toMatchObject({ code: status.INVALID_ARGUMENT, reason: 'too_large' });
    expect(await shopHas()).toBe(before);
    const { results } = await bulk(writes);
    expect(results.every(({ transaction, replayed }) => transaction && !replayed)).toBe(true);
    expect(await shopHas()).toBe(before + 400n);
  });

  test('all or nothing sees its own writes: what comes in can go out again', async () => {
    await bank.open('acc_through');
    const writes = [
      { transfer: transferRequest('in', { toAccountId: 'acc_through', amountCents: 50n }) },
      { transfer: transferRequest('out', { fromAccountId: 'acc_through', amountCents: 50n }) },
    ];
    expect(await bulk(writes, true)).toMatchObject({ done: true });
    expect(await bulk(writes, true)).toMatchObject({ done: true, results: [{ replayed: true }, { replayed: true }] });
    expect((await bank.balance('acc_through')).postedCents).toBe(0n);
  });

  test('no write, and more than a thousand, are refused by name', async () => {
    await expect(bulk([])).rejects.toMatchObject({ violations: [{ field: 'writes' }] });
    await expect(bulk(transfers('many', 1_001))).rejects.toMatchObject({ violations: [{ field: 'writes' }] });
  });
});

describe('in a stream', () => {
  /** All are sent at once, more than a stream may have unanswered: the sender is held back. */
  function stream(requests: readonly StreamRequest[]): Promise<StreamResponse[]> {
    return new Promise((resolve, reject) => {
      const answers: StreamResponse[] = [];
      const open = bank.client.stream({ deadline: Date.now() + 60_000 });
      open.on('data', (answer: StreamResponse) => answers.push(answer));
      open.on('end', () => resolve(answers));
      open.on('error', reject);
      for (const request of requests) open.write(request);
      open.end();
    });
  }

  test('each write is answered once, in the order of arrival', async () => {
    const before = await shopHas();
    const requests = transfers('streamed', 10_000).map((write, at) => ({
      number: BigInt(at),
      write: Write.fromPartial(write),
    }));
    const answers = await stream(requests);
    expect(answers.map(({ number }) => number)).toEqual(requests.map(({ number }) => number));
    expect(answers.every(({ result }) => result?.transaction)).toBe(true);
    expect(await shopHas()).toBe(before + 10_000n);
  });

  test('a write that is refused or not understood is answered as such, and the stream goes on', async () => {
    const answers = await stream([
      { number: 7n, write: undefined },
      { number: 8n, write: Write.fromPartial(transfers('stream-too-much', 1, 9_000_000n)[0] ?? {}) },
      { number: 9n, write: Write.fromPartial(transfers('stream-fine', 1)[0] ?? {}) },
    ]);
    expect(answers.map(({ number, result }) => [number, result?.failure?.reason])).toEqual([
      [7n, 'invalid_request'],
      [8n, 'insufficient_funds'],
      [9n, undefined],
    ]);
  });

  test('a caller who hangs up in the middle finds by the keys what was done: each once or not at all', async () => {
    const before = await shopHas();
    const writes = transfers('hung-up', 500);
    await new Promise<void>((resolve) => {
      const open = bank.client.stream();
      open.on('error', () => resolve());
      open.once('data', () => open.cancel());
      for (const [at, write] of writes.entries()) open.write({ number: BigInt(at), write: Write.fromPartial(write) });
    });
    await bulk(writes);
    expect(await shopHas()).toBe(before + 500n);
  });
});

describe('dry', () => {
  function rehearse(write: Partial<Write>) {
    return call(bank.client, bank.client.dryRun, DryRunRequest.fromPartial({ write }), 5_000);
  }

  test('tells what would happen, and nothing does; the key stays free', async () => {
    const before = await bank.balance('acc_ana');
    const [write] = transfers('rehearsed', 1, 40n);
    const { result, balances } = await rehearse(write ?? {});
    expect(result?.transaction).toMatchObject({ transactionId: '', amountCents: 40n });
    expect(balances.map(({ accountId, postedCents }) => [accountId, postedCents])).toEqual([
      ['acc_ana', before.postedCents - 40n],
      ['acc_shop', (await shopHas()) + 40n],
    ]);
    expect(await bank.balance('acc_ana')).toEqual(before);
    expect(await bank.transfer('rehearsed', { amountCents: 40n })).toMatchObject({ replayed: false });
  });

  test('tells a refusal, and the first answer of a key that was used', async () => {
    const [write] = transfers('too-much-anyway', 1, 9_000_000n);
    expect((await rehearse(write ?? {})).result?.failure).toMatchObject({ reason: 'insufficient_funds' });
    const first = await bank.transfer('really', { amountCents: 2n });
    const { result, balances } = await rehearse({ transfer: transferRequest('really', { amountCents: 2n }) });
    expect(result).toMatchObject({ replayed: true, transaction: { transactionId: first.transaction?.transactionId } });
    expect(balances).toEqual([]);
  });
});

test('several balances are read at one moment: money on its way between them is never counted twice or lost', async () => {
  const accountIds = ['acc_ana', 'acc_shop', 'acc_nobody'];
  const read = async () => {
    const { balances } = await call(bank.client, bank.client.getBalances, { accountIds }, 5_000);
    return balances.reduce((sum, { postedCents }) => sum + postedCents, 0n);
  };
  const total = await read();
  const moving = bulk(transfers('moving', 500));
  const totals = await Promise.all(Array.from({ length: 20 }, read));
  await moving;
  expect(new Set(totals)).toEqual(new Set([total]));
});
