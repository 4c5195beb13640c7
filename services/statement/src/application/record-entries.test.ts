import fc from 'fast-check';
import { AccountLedger } from '../../test/account-ledger.ts';
import { deliveriesOf, history } from '../../test/histories.ts';
import { MemoryBook } from '../../test/memory-book.ts';
import type { Entry } from '../domain/entry.ts';
import { hasGap } from '../domain/position.ts';
import { Changes, type News } from './ports.ts';
import { RecordEntries } from './record-entries.ts';

class HeardChanges extends Changes {
  readonly heard: string[] = [];
  override tell(news: Iterable<News>): void {
    for (const { accountId } of news) this.heard.push(accountId);
  }
  override subscribe(): () => void {
    return () => undefined;
  }
}

async function recorded(...chunks: readonly (readonly Entry[])[]) {
  const book = new MemoryBook();
  const changes = new HeardChanges();
  const recordEntries = new RecordEntries(book, changes);
  const outcomes = [];
  for (const chunk of chunks) outcomes.push(await recordEntries.execute(chunk));
  return { book, outcomes, heard: changes.heard };
}

function countReads(book: MemoryBook) {
  const count = { positions: 0, holds: 0 };
  const { positionsBefore, holds } = book;
  book.positionsBefore = (places) => {
    count.positions += 1;
    return positionsBefore.call(book, places);
  };
  book.holds = (keys) => {
    count.holds += 1;
    return holds.call(book, keys);
  };
  return count;
}

/** All that a reader can see comes from these. */
function statement(book: MemoryBook) {
  const byName = <T>(all: Iterable<readonly [string, T]>) => [...all].sort(([one], [other]) => (one < other ? -1 : 1));
  return {
    entries: byName(book.entries),
    holds: byName(book.allHolds()).map(([, { value }]) => value),
    positions: byName(book.positionOf),
  };
}

const delivery = history.chain((entries) =>
  fc.record({ entries: fc.constant(entries), chunks: deliveriesOf(entries) }),
);

test('any order, repetition and grouping of entries gives the same statement and closes every gap', async () => {
  await fc.assert(
    fc.asyncProperty(delivery, async ({ entries, chunks }) => {
      const inOrder = await recorded(entries);
      const shuffled = await recorded(...chunks);
      expect(statement(shuffled.book)).toEqual(statement(inOrder.book));
      const outcomes = shuffled.outcomes.flat();
      expect(outcomes.filter((outcome) => outcome === 'recorded')).toHaveLength(entries.length);
      expect(outcomes).not.toContain('conflicting');
      for (const position of shuffled.book.positionOf.values()) expect(hasGap(position)).toBe(false);
    }),
    { numRuns: 150 },
  );
});

test('an entry that was there is repeated, another one with its sequence is refused and changes nothing', async () => {
  const account = new AccountLedger('acc_1');
  account.transfer(500n);
  const forged = new AccountLedger('acc_1');
  forged.transfer(900n);
  const { book, outcomes } = await recorded(account.entries, account.entries, forged.entries);
  expect(outcomes[1]).toEqual(['repeated', 'repeated']);
  expect(outcomes[2]).toEqual(['repeated', 'conflicting']);
  expect(book.positionOf.get('acc_1')?.posted).toBe(500n);
});

test('another entry with a sequence of the same delivery is refused', async () => {
  const account = new AccountLedger('acc_1');
  account.transfer(500n);
  const forged = new AccountLedger('acc_1');
  forged.transfer(900n);
  const { outcomes } = await recorded([...account.entries, ...account.entries, ...forged.entries]);
  expect(outcomes[0]).toEqual(['recorded', 'recorded', 'repeated', 'repeated', 'repeated', 'conflicting']);
});

test('what another replica writes meanwhile is read again, and nothing is lost', async () => {
  const account = new AccountLedger('acc_1');
  account.hold(10_000n).capture(10_000n);
  const [opened, hold, capture] = account.entries;
  const book = new MemoryBook();
  const ours = new RecordEntries(book, new HeardChanges());
  const theirs = new RecordEntries(book, new HeardChanges());
  book.beforeWrite = async () => {
    book.beforeWrite = async () => undefined;
    await theirs.execute([opened, capture].flatMap((entry) => entry ?? []));
  };
  expect(await ours.execute([opened, hold].flatMap((entry) => entry ?? []))).toEqual(['repeated', 'recorded']);
  expect(statement(book)).toEqual(statement((await recorded(account.entries)).book));
});

test('what was written here last is not read again, and what another replica wrote since is', async () => {
  const account = new AccountLedger('acc_1');
  const purchase = account.hold(10_000n);
  purchase.increase(500n);
  purchase.capture(2_000n);
  purchase.capture(8_500n);
  const [opened, hold, increase, first, last] = account.entries;
  const book = new MemoryBook();
  const read = countReads(book);
  const ours = new RecordEntries(book, new HeardChanges());
  const theirs = new RecordEntries(book, new HeardChanges());
  const executed = async (recordEntries: RecordEntries, entry: Entry | undefined) => {
    const outcomes = entry && (await recordEntries.execute([entry]));
    expect(outcomes).toEqual(['recorded']);
  };
  await executed(ours, opened);
  expect(read).toEqual({ positions: 1, holds: 0 });
  await executed(ours, hold);
  await executed(ours, increase);
  expect(read).toEqual({ positions: 1, holds: 0 });
  await executed(theirs, first);
  await executed(ours, last);
  expect(read).toEqual({ positions: 3, holds: 2 });
  expect(statement(book)).toEqual(statement((await recorded(account.entries)).book));
});

test('a write whose answer is lost is found in the book when it is repeated', async () => {
  const account = new AccountLedger('acc_1');
  account.hold(10_000n).capture(10_000n);
  const [opened, hold, capture] = account.entries;
  const book = new MemoryBook();
  const recordEntries = new RecordEntries(book, new HeardChanges());
  const write = book.write.bind(book);
  book.write = async (change) => {
    book.write = write;
    await write(change);
    throw Object.assign(new Error('no answer'), { name: 'TimeoutError' });
  };
  const some = [opened, hold].flatMap((entry) => entry ?? []);
  await expect(recordEntries.execute(some)).rejects.toThrow('no answer');
  expect(await recordEntries.execute(some)).toEqual(['repeated', 'repeated']);
  expect(await recordEntries.execute(capture ? [capture] : [])).toEqual(['recorded']);
  expect(statement(book)).toEqual(statement((await recorded(account.entries)).book));
});

test('an endless contest ends as something to try again, not as something to give up', async () => {
  const account = new AccountLedger('acc_1');
  const book = new MemoryBook();
  book.write = async () => ({ kind: 'overtaken' });
  await expect(new RecordEntries(book, new HeardChanges()).execute(account.entries)).rejects.toMatchObject({
    name: 'TransactionConflictException',
  });
});

test('watchers hear of each account that got something new, and of no other', async () => {
  const account = new AccountLedger('acc_1');
  const other = new AccountLedger('acc_2');
  const { heard } = await recorded([...account.entries, ...other.entries], account.entries);
  expect(heard).toEqual(['acc_1', 'acc_2']);
});
