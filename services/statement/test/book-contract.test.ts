import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { dynamoClient } from '@ipe/dynamodb/client';
import { toItem } from '@ipe/dynamodb/item';
import { ensureTable } from '@ipe/dynamodb/table';
import { testEngines } from '@ipe/testing/engines';
import { uniqueName } from '@ipe/testing/unique-name';
import fc from 'fast-check';
import { DynamoBook } from '../src/adapters/dynamodb/dynamo-book.ts';
import { entryItem } from '../src/adapters/dynamodb/items.ts';
import { StatementTable } from '../src/adapters/dynamodb/statement-table.ts';
import { type Book, holdName } from '../src/application/ports.ts';
import { atMostTogether, RecordEntries } from '../src/application/record-entries.ts';
import type { Entry } from '../src/domain/entry.ts';
import { isMovement } from '../src/domain/entry.ts';
import { changesHold, withEntry } from '../src/domain/hold.ts';
import { nowhere } from '../src/domain/position.ts';
import { AccountLedger } from './account-ledger.ts';
import { deliveriesOf, history } from './histories.ts';
import { MemoryBook } from './memory-book.ts';

const client = dynamoClient({ DYNAMODB_ENDPOINT: testEngines().dynamodb, AWS_REGION: 'sa-east-1' });
const table = new StatementTable(client, uniqueName('statement-book'));
const nobody = { tell: () => undefined, subscribe: () => () => undefined };

beforeAll(() => ensureTable(client, { name: table.name }));
afterAll(() => client.destroy());

describe.each<[string, () => Book]>([
  ['DynamoDB', () => new DynamoBook(table)],
  ['memory', () => new MemoryBook()],
])('a book in %s', (_where, open) => {
  const book = open();
  const recordEntries = new RecordEntries(book, nobody);

  function fresh(): AccountLedger {
    return new AccountLedger(uniqueName('acc').replace('-', '_'));
  }

  async function record(entries: readonly Entry[]): Promise<string[]> {
    const outcomes: string[] = [];
    for (let at = 0; at < entries.length; at += atMostTogether) {
      outcomes.push(...(await recordEntries.execute(entries.slice(at, at + atMostTogether))));
    }
    return outcomes;
  }

  test('gives back what was written, exactly', async () => {
    const account = fresh();
    account.transfer(9_007_199_254_740_993n);
    const purchase = account.hold(10_000n);
    purchase.capture(4_000n);
    purchase.capture(6_000n);
    const { entries } = account;
    const memory = new MemoryBook();
    await record(entries);
    await new RecordEntries(memory, nobody).execute(entries);
    const keys = entries.filter(isMovement).filter(changesHold);
    expect([...(await book.holds(keys)).values()]).toEqual([...(await memory.holds(keys)).values()]);
    const range = { after: 0n, upTo: 9n, atMost: 9 };
    const { movements } = await book.movements(account.accountId, range);
    expect(movements).toEqual((await memory.movements(account.accountId, range)).movements);
    expect(movements.map(({ entry }) => entry)).toEqual(entries.filter(isMovement));
    const [position, expected] = await Promise.all([
      book.positions([account.accountId]),
      memory.positions([account.accountId]),
    ]);
    expect(position).toEqual(expected);
  });

  test('writes an entry once, and tells whether another one is there', async () => {
    const account = fresh();
    account.transfer(500n);
    const forged = new AccountLedger(account.accountId);
    forged.transfer(900n);
    expect(await record(account.entries)).toEqual(['recorded', 'recorded']);
    expect(await record(account.entries)).toEqual(['repeated', 'repeated']);
    expect(await record(forged.entries)).toEqual(['repeated', 'conflicting']);
  });

  test('writes nothing of a change when a part of it was overtaken', async () => {
    const account = fresh();
    account.hold(500n);
    const [opened, hold] = account.entries;
    if (!opened || !hold || !isMovement(hold)) throw new Error('no hold');
    await record([opened]);
    const stale = { value: withEntry(undefined, hold), version: 3n };
    const change = { entries: [hold], placed: [], holds: [stale], positions: new Map() };
    expect(await book.write(change)).toEqual({ kind: 'overtaken' });
    expect(await record([hold])).toEqual(['recorded']);
    expect((await book.holds([hold])).get(holdName(hold))?.version).toBe(0n);
  });

  test('twenty writers of the same entries at once make one statement', async () => {
    const account = fresh();
    const purchase = account.hold(500n);
    purchase.capture(500n);
    const all = await Promise.all(
      Array.from({ length: 20 }, async () => {
        try {
          return await recordEntries.execute(account.entries);
        } catch (error) {
          // Told to try again, as the consumer does.
          expect(error).toMatchObject({ name: 'TransactionConflictException' });
          return recordEntries.execute(account.entries);
        }
      }),
    );
    expect(all.flat().filter((outcome) => outcome === 'recorded')).toHaveLength(3);
    const { movements } = await book.movements(account.accountId, { after: 0n, upTo: 9n, atMost: 9 });
    expect(movements).toMatchObject([2n, 3n].map((sequence) => ({ entry: { sequence }, hold: { captured: 500n } })));
  });

  test('closes a gap over many entries that waited behind it', async () => {
    const account = fresh();
    for (let n = 0; n < 150; n += 1) account.transfer(1n);
    const [opened, missing, ...rest] = account.entries;
    const gapsBefore = await book.gaps();
    await record([opened, ...rest].flatMap((entry) => entry ?? []));
    expect((await book.positions([account.accountId])).get(account.accountId)).toMatchObject({
      sequence: 1n,
      highest: 151n,
    });
    expect(await book.gaps()).toBe(gapsBefore + 1);
    await record([missing].flatMap((entry) => entry ?? []));
    expect((await book.positions([account.accountId])).get(account.accountId)).toMatchObject({
      sequence: 151n,
      posted: 150n,
    });
    expect(await book.gaps()).toBe(gapsBefore);
  });

  test('says the same after any history, however it is delivered, at every moment', async () => {
    const told = history.chain((entries) => deliveriesOf(entries));
    await fc.assert(
      fc.asyncProperty(told, async (chunks) => {
        const { accountId } = fresh();
        const memory = new MemoryBook();
        const expected = new RecordEntries(memory, nobody);
        for (const chunk of chunks) {
          const entries = chunk.map((entry) => ({ ...entry, accountId }));
          // Whoever writes next has not written before: nothing is known but what the book says.
          const outcomes = await new RecordEntries(book, nobody).execute(entries);
          expect(outcomes).toEqual(await expected.execute(entries));
          expect(await allOf(book, accountId)).toEqual(await allOf(memory, accountId));
        }
      }),
      { numRuns: 15 },
    );
  });

  test('a position to go on from is that of the entry before, or the account’s where one was missing when that came', async () => {
    const account = fresh();
    for (let n = 1n; n <= 5n; n += 1n) account.transfer(n);
    const { accountId, entries } = account;
    await record(entries.filter(({ sequence }) => sequence !== 5n));
    const before = async (sequence: bigint) => {
      const { sequence: at, highest } =
        (await book.positionsBefore([{ accountId, sequence }])).get(accountId) ?? nowhere;
      return [at, highest];
    };
    expect(await before(5n)).toEqual([4n, 4n]);
    expect(await before(7n)).toEqual([4n, 6n]);
    await record(entries);
    expect(await before(3n)).toEqual([2n, 2n]);
    expect(await before(7n)).toEqual([6n, 6n]);
    expect(await before(9n)).toEqual([6n, 6n]);
    expect(await before(1n)).toEqual([0n, 0n]);
    expect(await book.positionsBefore([{ accountId: 'acc_unknown', sequence: 2n }])).toEqual(new Map());
  });

  test('says which accounts have an entry after a place', async () => {
    const [one, two] = [fresh(), fresh()];
    one.transfer(1n);
    await record([...one.entries, ...two.entries]);
    const places = [one, two].map(({ accountId }) => ({ accountId, sequence: 1n }));
    expect(await book.movedOn(places)).toEqual([one.accountId]);
    expect(await book.movedOn([{ accountId: one.accountId, sequence: 2n }])).toEqual([]);
    expect(await book.movedOn([])).toEqual([]);
  });

  test('gives the movements of a range in either order, and says how far it looked', async () => {
    const account = fresh();
    account.transfer(1n);
    account.changeStatus('FROZEN');
    account.transfer(2n);
    account.changeStatus('ACTIVE');
    await record(account.entries);
    const look = async (after: bigint, upTo: bigint, newestFirst?: boolean) => {
      const order = newestFirst === undefined ? {} : { newestFirst };
      const { reached, movements } = await book.movements(account.accountId, { after, upTo, atMost: 3, ...order });
      return [reached, movements.map(({ entry }) => entry.postedDelta)];
    };
    expect(await look(1n, 5n)).toEqual([4n, [1n, 2n]]);
    expect(await look(4n, 5n)).toEqual([5n, []]);
    expect(await look(5n, 9n)).toEqual([9n, []]);
    expect(await look(5n, 5n)).toEqual([5n, []]);
    expect(await look(0n, 5n, true)).toEqual([3n, [2n]]);
    expect(await look(0n, 2n, true)).toEqual([1n, [1n]]);
    expect(await look(0n, 0n, true)).toEqual([1n, []]);
    expect(await look(5n, 9n, true)).toEqual([6n, []]);
  });

  test('finds open holds, the last placed first, and none that is released, captured or captured before it was placed', async () => {
    const account = fresh();
    const [open, released, captured, inPart, last] = [1n, 2n, 3n, 40n, 5n].map((cents) => account.hold(cents));
    released?.release();
    captured?.capture(3n);
    inPart?.capture(10n);
    last?.capture(1n);
    const early = account.entries.filter(({ sequence }) => sequence !== 6n);
    const found = async (before: bigint, atMost: number) =>
      (await book.openHolds(account.accountId, { before, atMost })).map(({ key }) => key.transactionId);
    await record(early);
    expect(await found(99n, 9)).toEqual([inPart?.transactionId, open?.transactionId]);
    await record(account.entries);
    expect(await found(99n, 9)).toEqual([last, inPart, open].map((purchase) => purchase?.transactionId));
    expect(await found(99n, 2)).toEqual([last, inPart].map((purchase) => purchase?.transactionId));
    expect(await found(5n, 9)).toEqual([open?.transactionId]);
  });

  test('parts the entries by time, also where one of them is missing', async () => {
    const account = fresh();
    for (let n = 1n; n <= 20n; n += 1n) account.transfer(n);
    const entries = account.entries.filter(({ sequence }) => sequence !== 9n);
    await record(entries);
    const instants = account.entries.flatMap(({ bookedAt }) =>
      [-500, 0].map((ms) => new Date(bookedAt.getTime() + ms)),
    );
    for (const upTo of [21n, 9n]) {
      for (const instant of [...instants, new Date('2027-01-01')]) {
        const first = await book.firstSince(account.accountId, instant, upTo);
        const within = entries.filter(({ sequence }) => sequence <= upTo);
        expect(within.map(({ sequence }) => sequence >= first)).toEqual(
          within.map(({ bookedAt }) => bookedAt >= instant),
        );
      }
    }
    expect(await book.firstSince('acc_unknown', new Date(), 0n)).toBe(1n);
  });

  test('knows nothing of an account that it never heard of', async () => {
    expect(await book.positions(['acc_unknown'])).toEqual(new Map());
    expect(await book.positions([])).toEqual(new Map());
    expect(await book.movements('acc_unknown', { after: 0n, upTo: 5n, atMost: 5 })).toMatchObject({ movements: [] });
    expect(await book.openHolds('acc_unknown', { before: 5n, atMost: 5 })).toEqual([]);
  });
});

test('an entry from before entries told how far the statement was is taken to have come in order', async () => {
  const account = new AccountLedger(uniqueName('acc').replace('-', '_'));
  account.transfer(500n);
  const { accountId, entries } = account;
  for (const entry of entries) {
    const { reached: _reached, ...item } = entryItem(entry, 0n);
    await client.send(new PutItemCommand({ TableName: table.name, Item: toItem(item) }));
  }
  const book = new DynamoBook(table);
  expect((await book.positions([accountId])).get(accountId)).toMatchObject({ sequence: 2n, highest: 2n, posted: 500n });
  account.transfer(-100n);
  expect(await new RecordEntries(book, nobody).execute(account.entries)).toEqual(['repeated', 'repeated', 'recorded']);
  expect((await book.positions([accountId])).get(accountId)).toMatchObject({ sequence: 3n, highest: 3n, posted: 400n });
});

/** All that a reader can see of an account. */
async function allOf(book: Book, accountId: string) {
  const [positions, { movements }, openHolds] = await Promise.all([
    book.positions([accountId]),
    book.movements(accountId, { after: 0n, upTo: 99n, atMost: 99 }),
    book.openHolds(accountId, { before: 99n, atMost: 99 }),
  ]);
  // Each by itself: what its hold is must not depend on what else is on the page.
  const alone = movements.map(({ entry: { sequence } }) => {
    return book.movements(accountId, { after: sequence - 1n, upTo: sequence, atMost: 1 });
  });
  return { positions, movements, alone: await Promise.all(alone), openHolds };
}
