import { dynamoClient } from '@ipe/dynamodb/client';
import { ensureTable } from '@ipe/dynamodb/table';
import { testEngines } from '@ipe/testing/engines';
import { uniqueName } from '@ipe/testing/unique-name';
import { DynamoBook } from '../src/adapters/dynamodb/dynamo-book.ts';
import { StatementTable } from '../src/adapters/dynamodb/statement-table.ts';
import { type Book, lineName } from '../src/application/ports.ts';
import { atMostTogether, RecordEntries } from '../src/application/record-entries.ts';
import type { Entry } from '../src/domain/entry.ts';
import { isMovement } from '../src/domain/entry.ts';
import { lineKeyOf } from '../src/domain/line.ts';
import { AccountLedger } from './account-ledger.ts';
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
    const keys = entries.filter(isMovement).map(lineKeyOf);
    const lines = await book.lines(keys);
    expect([...lines].map(([name, { value }]) => [name, value]).sort()).toEqual(
      [...(await memory.lines(keys))].map(([name, { value }]) => [name, value]).sort(),
    );
    const [position, expected] = await Promise.all([
      book.positions([account.accountId]),
      memory.positions([account.accountId]),
    ]);
    expect(position.get(account.accountId)?.value).toEqual(expected.get(account.accountId)?.value);
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
    const stale = { accountId: account.accountId, value: position(1n), version: 0n, gapChanged: false };
    expect(await book.write({ entries: [hold], lines: [], positions: [stale] })).toEqual({ kind: 'overtaken' });
    expect(await record([hold])).toEqual(['recorded']);
    expect((await book.lines([lineKeyOf(hold)])).get(lineName(lineKeyOf(hold)))?.version).toBe(1n);
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
    const found = await book.search({ ...everything(account.accountId), atMost: 10 });
    expect(found.found).toMatchObject([{ facts: { posted: -500n, placed: 500n } }]);
  });

  test('closes a gap over many entries that waited behind it', async () => {
    const account = fresh();
    for (let n = 0; n < 150; n += 1) account.transfer(1n);
    const [opened, missing, ...rest] = account.entries;
    const gapsBefore = await book.gaps();
    await record([opened, ...rest].flatMap((entry) => entry ?? []));
    expect((await book.positions([account.accountId])).get(account.accountId)?.value).toMatchObject({
      sequence: 1n,
      highest: 151n,
    });
    expect(await book.gaps()).toBe(gapsBefore + 1);
    await record([missing].flatMap((entry) => entry ?? []));
    expect((await book.positions([account.accountId])).get(account.accountId)?.value).toMatchObject({
      sequence: 151n,
      posted: 150n,
    });
    expect(await book.gaps()).toBe(gapsBefore);
  });

  test('finds lines newest first, page by page, within a time and of some kinds', async () => {
    const account = fresh();
    for (let n = 1n; n <= 130n; n += 1n) account.transfer(n % 10n === 0n ? -n : n);
    await record(account.entries);
    const query = everything(account.accountId);
    const amounts: bigint[] = [];
    for (let after: string | undefined, page = 0; page < 20; page += 1) {
      const { found, next } = await book.search({ ...query, after, atMost: 40 });
      amounts.push(...found.map(({ facts }) => facts.posted));
      after = next;
      if (after === undefined) break;
    }
    expect(amounts).toHaveLength(130);
    expect(amounts.slice(0, 3)).toEqual([-130n, 129n, 128n]);
    const out = { ...query, kinds: new Set(['transfer_out'] as const) };
    const first = await book.search({ ...out, atMost: 3 });
    expect(first.found.map(({ facts }) => facts.posted)).toEqual([-130n, -120n, -110n]);
    const second = await book.search({ ...out, atMost: 3, after: first.next });
    expect(second.found.map(({ facts }) => facts.posted)).toEqual([-100n, -90n, -80n]);
    const minute = { from: new Date('2026-03-01T12:01:00.000Z'), until: new Date('2026-03-01T12:01:03.000Z') };
    const within = await book.search({ ...query, ...minute, atMost: 10 });
    expect(within.found.map(({ facts }) => facts.posted)).toEqual([62n, 61n, -60n]);
    expect(within.next).toBeUndefined();
    const turned = { from: minute.until, until: minute.from };
    expect(await book.search({ ...query, ...turned, atMost: 10 })).toEqual({ found: [], next: undefined });
  });

  test('gives the lines of entries in their order, and says how far it looked', async () => {
    const account = fresh();
    account.transfer(1n);
    account.changeStatus('FROZEN');
    account.transfer(2n);
    account.changeStatus('ACTIVE');
    await record(account.entries);
    const page = await book.linesOfEntries(account.accountId, { after: 1n, upTo: 5n, atMost: 3 });
    expect(page.reached).toBe(4n);
    expect(page.lines.map(({ sequence, facts }) => [sequence, facts.posted])).toEqual([
      [2n, 1n],
      [4n, 2n],
    ]);
    const rest = await book.linesOfEntries(account.accountId, { after: 4n, upTo: 5n, atMost: 3 });
    expect(rest).toEqual({ reached: 5n, lines: [] });
  });

  test('knows nothing of an account that it never heard of', async () => {
    expect(await book.positions(['acc_unknown'])).toEqual(new Map());
    expect(await book.positions([])).toEqual(new Map());
    expect(await book.search({ ...everything('acc_unknown'), atMost: 5 })).toEqual({ found: [], next: undefined });
  });
});

function everything(accountId: string) {
  return { accountId, from: undefined, until: undefined, kinds: new Set<never>(), after: undefined };
}

function position(sequence: bigint) {
  const zero = 0n as never;
  return { sequence, highest: sequence, posted: zero, held: zero, available: zero, bookedAt: undefined };
}
