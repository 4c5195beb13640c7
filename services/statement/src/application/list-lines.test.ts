import { AccountLedger } from '../../test/account-ledger.ts';
import { MemoryBook } from '../../test/memory-book.ts';
import { type ListedLines, ListLines } from './list-lines.ts';
import { RecordEntries } from './record-entries.ts';

const nobody = { tell: () => undefined, subscribe: () => () => undefined };

async function listOf(account: AccountLedger) {
  const book = new MemoryBook();
  await new RecordEntries(book, nobody).execute(account.entries);
  const listLines = new ListLines(book);
  return (query: Partial<ListedLines> = {}) =>
    listLines.execute({
      accountId: account.accountId,
      from: undefined,
      until: undefined,
      kinds: new Set(),
      pageSize: 50,
      after: undefined,
      ...query,
    });
}

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
  let searches = 0;
  book.search = async () => {
    searches += 1;
    return { found: [], next: `place ${searches}` };
  };
  const query = { accountId: 'acc_1', from: undefined, until: undefined, pageSize: 5, after: undefined };
  const page = await new ListLines(book).execute({ ...query, kinds: new Set(['sale'] as const) });
  expect(searches).toBe(20);
  expect(page).toMatchObject({ lines: [], next: 'place 20' });
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

test('an account of which nothing arrived has no lines and is at its beginning', async () => {
  const list = await listOf(new AccountLedger('acc_1'));
  expect(await list({ accountId: 'acc_9' })).toMatchObject({ lines: [], next: undefined, position: { sequence: 0n } });
});
