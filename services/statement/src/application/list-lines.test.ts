import fc from 'fast-check';
import { AccountLedger } from '../../test/account-ledger.ts';
import { deliveriesOf, history } from '../../test/histories.ts';
import { MemoryBook } from '../../test/memory-book.ts';
import type { Entry } from '../domain/entry.ts';
import type { Line } from '../domain/line.ts';
import { type ListedLines, ListLines, type Place } from './list-lines.ts';
import { RecordEntries } from './record-entries.ts';

const nobody = { tell: () => undefined, subscribe: () => () => undefined };

async function bookOf(...chunks: readonly (readonly Entry[])[]): Promise<MemoryBook> {
  const book = new MemoryBook();
  for (const chunk of chunks) await new RecordEntries(book, nobody).execute(chunk);
  return book;
}

async function pageOf(book: MemoryBook, query: Partial<ListedLines> = {}) {
  const all = { from: undefined, until: undefined, kinds: new Set<never>(), pageSize: 50, after: undefined };
  const page = await new ListLines(book).execute({ accountId: 'acc_1', ...all, ...query });
  if (page === 'stale_page') throw new Error(page);
  return page;
}

async function listOf(account: AccountLedger) {
  const book = await bookOf(account.entries);
  return (query: Partial<ListedLines> = {}) => pageOf(book, query);
}

/** Page by page to the end; `meanwhile` happens between one page and the next. */
async function everyLine(book: MemoryBook, pageSize = 7, meanwhile = async () => undefined as unknown) {
  const lines: Line[] = [];
  for (let after: Place | undefined, first = true; first || after; first = false) {
    const page = await pageOf(book, { pageSize, after });
    lines.push(...page.lines);
    after = page.next;
    await meanwhile();
  }
  return lines;
}

const nameOf = ({ key }: Line) => `${key.transactionId} ${key.role}`;
const sumOf = (lines: readonly Line[]) => lines.reduce((sum, { amount }) => sum + amount, 0n);

test('posted lines add up line by line to the posted balance, pending ones to what is held, however the entries arrive', async () => {
  const told = history.chain((entries) =>
    fc.tuple(fc.constant(entries), deliveriesOf(entries), fc.integer({ min: 1, max: 9 })),
  );
  await fc.assert(
    fc.asyncProperty(told, async ([entries, chunks, pageSize]) => {
      const book = await bookOf(...chunks);
      const lines = await everyLine(book, pageSize);
      const { position } = await pageOf(book);
      const posted = lines.filter(({ status }) => status === 'posted');
      for (const [at, { balance, amount }] of posted.entries()) {
        expect(balance).toBe((posted[at + 1]?.balance ?? 0n) + amount);
      }
      expect(posted[0]?.balance ?? 0n).toBe(position.posted);
      const pending = lines.filter(({ status }) => status === 'pending');
      expect(lines.slice(0, pending.length)).toEqual(pending);
      expect(sumOf(pending)).toBe(-position.held);
      expect(new Set(lines.map(nameOf)).size).toBe(lines.length);
      // As a rebuild from the topic, which has an account's entries in order, makes it.
      expect(lines).toEqual(await everyLine(await bookOf(entries)));
    }),
    { numRuns: 150 },
  );
});

test('a line is there for ever, under one name, from the entry that made it on', async () => {
  await fc.assert(
    fc.asyncProperty(history, async (entries) => {
      const book = new MemoryBook();
      let before: string[] = [];
      for (const entry of entries) {
        await new RecordEntries(book, nobody).execute([entry]);
        const now = (await everyLine(book)).map(nameOf);
        expect(now).toEqual(expect.arrayContaining(before));
        before = now;
      }
    }),
    { numRuns: 30 },
  );
});

test('pages lose and repeat nothing while lines are added and go from pending to posted', async () => {
  const told = fc.record({
    entries: history,
    known: fc.nat(25),
    atOnce: fc.integer({ min: 1, max: 4 }),
    pageSize: fc.integer({ min: 1, max: 2 }),
  });
  await fc.assert(
    fc.asyncProperty(told, async ({ entries, known, atOnce, pageSize }) => {
      const book = await bookOf(entries.slice(0, known));
      const asOfFirst = await everyLine(book);
      let next = known;
      const lines = await everyLine(book, pageSize, async () => {
        await new RecordEntries(book, nobody).execute(entries.slice(next, next + atOnce));
        next += atOnce;
      });
      expect(lines.map(nameOf)).toEqual(asOfFirst.map(nameOf));
    }),
    { numRuns: 300 },
  );
});

test('a line that was posted since the first page stands where it was pending, and shows what it is now', async () => {
  const account = new AccountLedger('acc_1');
  const purchases = [10n, 20n, 30n].map((amount) => account.hold(amount));
  const book = await bookOf(account.entries);
  const first = await pageOf(book, { pageSize: 1 });
  for (const purchase of purchases) purchase.capture(purchase.held);
  await new RecordEntries(book, nobody).execute(account.entries);
  const rest = await pageOf(book, { after: first.next });
  expect([...first.lines, ...rest.lines].map(({ amount, status }) => [amount, status])).toEqual([
    [-30n, 'pending'],
    [-20n, 'posted'],
    [-10n, 'posted'],
  ]);
});

test('a page among the pending lines is refused when too much has happened since the first page', async () => {
  const account = new AccountLedger('acc_1');
  account.hold(10n);
  account.hold(20n);
  const book = await bookOf(account.entries);
  const { next } = await pageOf(book, { pageSize: 1 });
  for (let n = 0; n < 1_001; n += 1) account.transfer(1n);
  const later = await bookOf(account.entries);
  await expect(pageOf(later, { after: next })).rejects.toThrow('stale_page');
});

test('lines come newest first, with the position that they show', async () => {
  const account = new AccountLedger('acc_1');
  account.transfer(100n);
  account.hold(30n);
  const list = await listOf(account);
  const { lines, next, position } = await list();
  expect(lines.map(({ amount }) => amount)).toEqual([-30n, 100n]);
  expect(next).toBeUndefined();
  expect(position).toMatchObject({ sequence: 3n, posted: 100n, held: 30n });
});

test('pages hold as many as asked, end exactly, and lose or repeat nothing', async () => {
  const account = new AccountLedger('acc_1');
  for (let n = 1n; n <= 6n; n += 1n) account.transfer(n);
  const list = await listOf(account);
  const first = await list({ pageSize: 3 });
  const second = await list({ pageSize: 3, after: first.next });
  expect([first, second].map(({ lines }) => lines.map(({ amount }) => amount))).toEqual([
    [6n, 5n, 4n],
    [3n, 2n, 1n],
  ]);
  expect(second.next).toBeUndefined();
});

test('a page under a filter is as long as asked, and the last one has no next', async () => {
  const account = new AccountLedger('acc_1');
  for (let n = 1n; n <= 10n; n += 1n) account.transfer(n % 3n === 0n ? -n : n);
  const list = await listOf(account);
  const first = await list({ pageSize: 2, kinds: new Set(['transfer_out'] as const) });
  expect(first.lines.map(({ amount }) => amount)).toEqual([-9n, -6n]);
  const last = await list({ pageSize: 2, kinds: new Set(['transfer_out'] as const), after: first.next });
  expect(last.lines.map(({ amount }) => amount)).toEqual([-3n]);
  expect(last.next).toBeUndefined();
});

test('a filter that finds nothing looks on a bounded number of times, and then tells from where to go on', async () => {
  const book = new MemoryBook();
  let looks = 0;
  book.movements = async (_accountId, { upTo }) => {
    looks += 1;
    return { reached: upTo - 99n, movements: [] };
  };
  const after = { among: 'settled', before: 5_001n } as const;
  const page = await pageOf(book, { kinds: new Set(['sale'] as const), after });
  expect(looks).toBe(20);
  expect(page).toMatchObject({ lines: [], next: { among: 'settled', before: 3_001n } });
});

test('an instant is included at the beginning of a range and not at its end', async () => {
  const account = new AccountLedger('acc_1', 0n, '2026-03-01T00:00:00.000Z');
  account.wait(-1_000);
  for (const day of [1n, 2n, 3n]) {
    account.transfer(day);
    account.wait(86_400_000 - 1_000);
  }
  const list = await listOf(account);
  const { lines } = await list({
    from: new Date('2026-03-02T00:00:00.000Z'),
    until: new Date('2026-03-03T00:00:00.000Z'),
  });
  expect(lines.map(({ amount }) => amount)).toEqual([2n]);
});

test('a purchase is found by when it was posted, and by when it was made while it is not', async () => {
  const account = new AccountLedger('acc_1');
  const [posted, released] = [account.hold(100n), account.hold(200n)];
  account.hold(300n);
  account.wait(86_400_000);
  posted.capture(100n);
  released.release();
  const list = await listOf(account);
  const midnight = new Date('2026-03-02T00:00:00.000Z');
  expect((await list({ until: midnight })).lines.map(({ amount }) => amount)).toEqual([-300n]);
  expect((await list({ from: midnight })).lines.map(({ amount }) => amount)).toEqual([-200n, -100n]);
});

test('an account of which nothing arrived has no lines and is at its beginning', async () => {
  const list = await listOf(new AccountLedger('acc_1'));
  expect(await list({ accountId: 'acc_9' })).toMatchObject({ lines: [], next: undefined, position: { sequence: 0n } });
});
