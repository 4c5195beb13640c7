import fc from 'fast-check';
import { AccountLedger } from '../../test/account-ledger.ts';
import { MemoryBook } from '../../test/memory-book.ts';
import type { Entry } from '../domain/entry.ts';
import { toLine } from '../domain/line.ts';
import { hasGap } from '../domain/position.ts';
import { Changes } from './ports.ts';
import { RecordEntries } from './record-entries.ts';

class HeardChanges extends Changes {
  readonly heard: string[] = [];
  override tell(accountIds: Iterable<string>): void {
    this.heard.push(...accountIds);
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

/** All that a reader can see. */
function statement(book: MemoryBook) {
  const lines = [...book.lineFacts.values()].map(({ value }) => toLine(value));
  const positions = [...book.positionOf].map(([accountId, { value }]) => ({ accountId, ...value }));
  return {
    lines: lines.sort((a, b) => (JSON.stringify(a.key) < JSON.stringify(b.key) ? -1 : 1)),
    positions: positions.sort((a, b) => (a.accountId < b.accountId ? -1 : 1)),
  };
}

const amount = fc.bigInt({ min: 1n, max: 1_000_000n });
const happening = fc.oneof(
  fc.record({ what: fc.constant('transfer' as const), cents: fc.bigInt({ min: -5_000n, max: 5_000n }) }),
  fc.record({ what: fc.constant('sale' as const), cents: amount }),
  fc.record({ what: fc.constant('frozen' as const), cents: amount }),
  fc.record({
    what: fc.constant('purchase' as const),
    cents: amount,
    captures: fc.array(amount, { maxLength: 3 }),
    end: fc.constantFrom('release' as const, 'expire' as const, undefined),
    refund: fc.option(amount, { nil: undefined }),
  }),
);

const history = fc.array(happening, { minLength: 1, maxLength: 8 }).map((happenings) => {
  const account = new AccountLedger('acc_1');
  const other = new AccountLedger('acc_2');
  for (const step of happenings) {
    if (step.what === 'transfer') {
      account.transfer(step.cents || 1n);
      other.transfer(-(step.cents || 1n));
    } else if (step.what === 'sale') account.sell(step.cents);
    else if (step.what === 'frozen') account.changeStatus('FROZEN');
    else {
      const purchase = account.hold(step.cents);
      for (const captured of step.captures) purchase.capture(captured);
      if (step.end) purchase[step.end](step.cents);
      if (step.refund) purchase.refund(step.refund);
    }
  }
  return [...account.entries, ...other.entries];
});

/** Entries in any order, some of them more than once, delivered in chunks of any size. */
const delivery = history.chain((entries) =>
  fc.record({
    entries: fc.constant(entries),
    arrivals: fc.array(fc.nat({ max: entries.length - 1 }), { maxLength: 20 }).chain((again) => {
      const all = [...entries, ...again.flatMap((index) => entries[index] ?? [])];
      return fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length });
    }),
    sizes: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 }),
  }),
);

test('any order, repetition and grouping of entries gives the same statement and closes every gap', async () => {
  await fc.assert(
    fc.asyncProperty(delivery, async ({ entries, arrivals, sizes }) => {
      const chunks: Entry[][] = [];
      for (let at = 0; at < arrivals.length; ) {
        const size = sizes[chunks.length % sizes.length] ?? 1;
        chunks.push(arrivals.slice(at, at + size));
        at += size;
      }
      const inOrder = await recorded(entries);
      const shuffled = await recorded(...chunks);
      expect(statement(shuffled.book)).toEqual(statement(inOrder.book));
      const outcomes = shuffled.outcomes.flat();
      expect(outcomes.filter((outcome) => outcome === 'recorded')).toHaveLength(entries.length);
      expect(outcomes).not.toContain('conflicting');
      for (const { value } of shuffled.book.positionOf.values()) expect(hasGap(value)).toBe(false);
    }),
    { numRuns: 150 },
  );
});

test('the sum of the posted lines is the posted balance of the position', async () => {
  await fc.assert(
    fc.asyncProperty(history, async (entries) => {
      const { lines, positions } = statement((await recorded(entries)).book);
      for (const { accountId, posted } of positions) {
        const own = lines.filter(({ key, status }) => key.accountId === accountId && status === 'posted');
        expect(own.reduce((sum, { amount: cents }) => sum + cents, 0n)).toBe(posted);
      }
    }),
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
  expect(book.positionOf.get('acc_1')?.value.posted).toBe(500n);
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
