import { transactionId as idAt } from '@ipe/ledger/transaction-id';
import { cents } from '@ipe/money/cents';
import { damaged, journalOf, MemoryDesk, withRecord } from '../../../test/audited-journal.ts';
import type { MemoryJournal } from '../../../test/memory-journal.ts';
import { sha256 } from '../../../test/paper-ledger.ts';
import { livelyBank, verifyJournal as verify } from '../../../test/verified-journal.ts';
import { type Entry, nextEntry } from '../../domain/entry.ts';
import type { LedgerRecord, TransactionChange } from '../../domain/record.ts';
import { newTransaction } from '../../domain/transaction.ts';
import type { Journal } from '../ports.ts';

const bank = livelyBank();
let journal: MemoryJournal;
beforeAll(async () => {
  journal = await journalOf(bank.records);
});

/** The place of the first record that `is` true for; batches hold one record each. */
function batchOf(is: (record: LedgerRecord) => boolean): number {
  return bank.records.findIndex(is) + 1;
}

function hasEntry(kind: Entry['kind']) {
  return ({ change }: LedgerRecord) =>
    change.kind !== 'cancelled' && change.entries.some((entry) => entry.kind === kind);
}

/** The journal with its record in `batch` changed, and nothing else. */
function tampered(batch: number, change: (record: LedgerRecord) => LedgerRecord): Journal {
  return damaged(journal, (bytes, sequence) => (sequence === batch ? withRecord(bytes, 0, change) : bytes));
}

function entriesChanged(change: (entry: Entry, index: number) => Entry) {
  return (record: LedgerRecord): LedgerRecord => {
    if (record.change.kind === 'cancelled') throw new Error('this record has no entries');
    return { ...record, change: { ...record.change, entries: record.change.entries.map(change) } };
  };
}

test('a ledger as the bank wrote it is right, and the summary counts it', async () => {
  const verified = await verify(journal);
  expect(verified).toMatchObject({
    kind: 'right',
    shards: [{ shard: 0, batches: bank.records.length, records: bank.records.length, accounts: 6, transactions: 11 }],
  });
});

describe('one thing changed is named exactly', () => {
  const transfer = batchOf(hasEntry('TRANSFER'));
  const held = batchOf(hasEntry('HOLD_PLACED'));
  const limit = batchOf(hasEntry('LIMIT_CHANGED'));

  test.each<[string, number, (record: LedgerRecord) => LedgerRecord, object]>([
    [
      'an amount',
      transfer,
      entriesChanged((entry, index) =>
        index === 1 ? { ...entry, postedDelta: cents(entry.postedDelta + 1n) } : entry,
      ),
      { account: 'acc_ana', field: 'posted', expected: '100001', found: '100000' },
    ],
    [
      'an amount and its balance',
      transfer,
      entriesChanged((entry, index) =>
        index === 1
          ? { ...entry, postedDelta: cents(entry.postedDelta + 1n), posted: cents(entry.posted + 1n) }
          : entry,
      ),
      { account: 'acc_ana', field: 'hash' },
    ],
    [
      'a sequence',
      transfer,
      entriesChanged((entry) => ({ ...entry, sequence: 7 })),
      { field: 'sequence', expected: '2', found: '7' },
    ],
    [
      'a held amount',
      held,
      entriesChanged((entry) => ({ ...entry, held: cents(1n) })),
      { account: 'acc_card', field: 'held', found: '1' },
    ],
    [
      'a hash',
      held,
      entriesChanged((entry) => ({ ...entry, hash: 'ab'.repeat(32) })),
      { account: 'acc_card', field: 'hash', found: 'ab'.repeat(32) },
    ],
    [
      'a limit',
      held,
      entriesChanged((entry) => ({ ...entry, limit: cents(9n) })),
      { field: 'limit', expected: '50000', found: '9' },
    ],
    [
      'a status',
      held,
      entriesChanged((entry) => ({ ...entry, status: 'FROZEN' })),
      { field: 'status', expected: 'ACTIVE', found: 'FROZEN' },
    ],
    [
      'whose an entry is',
      held,
      entriesChanged((entry) => ({ ...entry, accountId: 'acc_nobody' })),
      { account: 'acc_nobody', field: 'account' },
    ],
    [
      'its transaction',
      held,
      entriesChanged((entry) => ({ ...entry, transactionId: 't00000000000000' })),
      { field: 'hash' },
    ],
    [
      'a time',
      transfer,
      (record) => ({ ...record, decidedAt: 1 }),
      { field: 'decidedAt', found: '1970-01-01T00:00:00.001Z' },
    ],
    [
      'what is said of an account',
      limit,
      (record) =>
        record.change.kind === 'account'
          ? { ...record, change: { ...record.change, account: { ...record.change.account, limit: cents(5n) } } }
          : record,
      { account: 'acc_card', field: 'limit', expected: '60000', found: '5' },
    ],
    [
      "a transaction's id",
      held,
      (record) => changedTransaction(record, { transactionId: 't00000000005000' }),
      { field: 'transactionId' },
    ],
  ])('%s', async (_what, batch, change, difference) => {
    const verified = await verify(tampered(batch, change));
    expect(verified).toMatchObject({ kind: 'wrong', difference: { shard: 0, batch, record: 0, ...difference } });
  });

  test('an entry that is gone, from its neighbour', async () => {
    const over = tampered(transfer, (record) => {
      const { change } = record;
      return change.kind === 'transaction'
        ? { ...record, change: { ...change, entries: change.entries.slice(0, 1) } }
        : record;
    });
    const difference = { batch: transfer, field: 'sum of BRL', expected: '0', found: '-100000' };
    expect(await verify(over)).toMatchObject({ kind: 'wrong', difference });
  });

  test('an account that gave more than it had, though every sum and chain is right', async () => {
    const at = bank.records.length + 1;
    const transactionId = idAt({ shard: 0, sequence: at, index: 0 });
    const entries = (['acc_ana', 'acc_shop'] as const).map((accountId, index) => {
      const posted = cents(index === 0 ? -1_000_000n : 1_000_000n);
      const account = bank.state.accounts.get(accountId);
      if (!account) throw new Error('the bank has both');
      return nextEntry(account, { kind: 'TRANSFER', transactionId, posted }, bank.now, sha256);
    });
    const said = { kind: 'TRANSFER', status: 'POSTED', amount: cents(1_000_000n), currency: 'BRL' } as const;
    const transaction = newTransaction({ ...said, transactionId, createdAt: bank.now });
    const change = {
      kind: 'transaction',
      transactions: [transaction],
      entries,
      remittances: [],
      delivered: [],
    } as const;
    const forged = { decidedAt: bank.now, idempotency: undefined, traceparent: '', change };
    const verified = await verify(await journalOf([...bank.records, forged]));
    const difference = { batch: at, account: 'acc_ana', field: 'available', expected: 'zero or more' };
    expect(verified).toMatchObject({ kind: 'wrong', difference });
  });

  test('a byte of a batch, by the next one', async () => {
    const over = tampered(transfer, (record) => ({ ...record, traceparent: 'x' }));
    expect(await verify(over)).toMatchObject({ difference: { batch: transfer + 1, field: 'previousHash' } });
  });

  test('a batch that is gone, one in the place of another, and one that cannot be read', async () => {
    const gone = damaged(journal, (bytes, sequence) => (sequence === 3 ? undefined : bytes));
    expect(await verify(gone)).toMatchObject({
      difference: { batch: 3, field: 'sequence', expected: '3', found: '4' },
    });
    const unreadable = damaged(journal, (bytes, sequence) => (sequence === 3 ? Buffer.from([0xff, 1]) : bytes));
    expect(await verify(unreadable)).toMatchObject({ difference: { batch: 3, field: 'batch', expected: 'readable' } });
  });
});

function changedTransaction(record: LedgerRecord, changes: object): LedgerRecord {
  const change = record.change as TransactionChange;
  const [first, ...others] = change.transactions;
  return { ...record, change: { ...change, transactions: [{ ...first, ...changes }, ...others] } };
}

describe('what only the whole journal tells', () => {
  test('a key that answers twice', async () => {
    const records = [...bank.records];
    const first = records.findIndex(({ idempotency }) => idempotency?.key === 'rent');
    const last = records.length - 1;
    records[last] = { ...(records[last] as LedgerRecord), idempotency: records[first]?.idempotency };
    const difference = { batch: last + 1, record: 0, field: 'idempotency key', found: 'shop rent, used before' };
    expect(await verify(await journalOf(records))).toMatchObject({ kind: 'wrong', difference });
  });

  test('a state of a transaction that was skipped, and one told twice', async () => {
    const at = batchOf(hasEntry('REFUND')) - 1;
    const { transactionId } = ((bank.records[at] as LedgerRecord).change as TransactionChange).transactions[0];
    for (const version of [3, 5]) {
      const records = bank.records.map((record, index) =>
        index === at ? changedTransaction(record, { version }) : record,
      );
      const difference = {
        batch: at + 1,
        transaction: transactionId,
        field: 'version',
        expected: '4',
        found: `${version}`,
      };
      expect(await verify(await journalOf(records))).toMatchObject({ kind: 'wrong', difference });
    }
  });

  test('a transaction that says to hold what its entries do not', async () => {
    const at = batchOf(hasEntry('CAPTURE')) - 1;
    const records = bank.records.map((record, index) =>
      index === at ? changedTransaction(record, { held: cents(5_000n) }) : record,
    );
    const difference = { batch: at + 1, field: 'held of the transaction', expected: '6000', found: '5000' };
    expect(await verify(await journalOf(records))).toMatchObject({ kind: 'wrong', difference });
  });
});

test('an interrupted audit goes on where it was saved, and comes to the same', async () => {
  const desk = new MemoryDesk();
  const stopping = new AbortController();
  const stopped = await verify(journal, { desk, stopping: stopping.signal, tell: () => stopping.abort() });
  expect(stopped).toEqual({ kind: 'stopped' });
  const read: number[] = [];
  const watched: Journal = {
    append: (batch) => journal.append(batch),
    readRange: (shard, from, count) => journal.readRange(shard, from, count),
    readOne: (shard, sequence) => journal.readOne(shard, sequence),
    read: (shard, from) => {
      read.push(from);
      return journal.read(shard, from);
    },
  };
  const resumed = await verify(watched, { desk, resume: true });
  expect(resumed).toEqual(await verify(journal));
  expect(read[0]).toBe(8);
});
