import { placeOf } from '@ipe/ledger/transaction-id';
import { type Account, available, emptyAccount, type Instant, unboundedLimit } from '../account.ts';
import { accountAfter, chainText, type Entry, type EntryKind, type Sha256 } from '../entry.ts';
import type { LedgerRecord } from '../record.ts';

/** Where the ledger is not what it should be, and how. The place is that of the record which does not fit. */
export type Difference = Readonly<{
  shard: number;
  /** The journal's batch, from 1; 0 where it is no matter of one place. */
  batch: number;
  /** The record in its batch, from 0; undefined where it is the batch itself. */
  record?: number | undefined;
  account?: string | undefined;
  transaction?: string | undefined;
  field: string;
  expected: string;
  found: string;
}>;

export type RecordPlace = Readonly<{ shard: number; batch: number; record: number }>;

/** An account after the last entry that was audited, and where that entry lies. */
export type Head = Account & Readonly<{ batch: number; record: number }>;

/** What an audit remembers: the accounts, and nothing that grows with the entries. */
export type AuditState = {
  readonly accounts: Map<string, Head>;
  /** Of all posted amounts so far, by currency. */
  readonly sums: Map<string, bigint>;
  decidedAt: Instant;
  records: number;
  entries: number;
};

export function emptyAudit(): AuditState {
  return { accounts: new Map(), sums: new Map(), decidedAt: 0, records: 0, entries: 0 };
}

const limitSetters: ReadonlySet<EntryKind> = new Set(['ACCOUNT_OPENED', 'LIMIT_CHANGED']);
const statusSetters: ReadonlySet<EntryKind> = new Set(['ACCOUNT_OPENED', 'STATUS_CHANGED']);
const comparedAfterChange = ['posted', 'held', 'limit', 'status', 'sequence', 'hash'] as const;

/**
 * Takes a record into the audit, or answers the first thing in it that does not follow from the records before it.
 * Nothing of the record is believed: balances and hashes are computed again from what its entries add.
 */
export function auditRecord(
  state: AuditState,
  record: LedgerRecord,
  place: RecordPlace,
  sha256: Sha256,
): Difference | undefined {
  const { change, decidedAt } = record;
  if (decidedAt < state.decidedAt) {
    return {
      ...place,
      field: 'decidedAt',
      expected: `${instant(state.decidedAt)} or later`,
      found: instant(decidedAt),
    };
  }
  state.decidedAt = decidedAt;
  state.records += 1;
  if (change.kind === 'cancelled') return undefined;
  if (change.kind === 'account' && !state.accounts.has(change.account.accountId)) {
    const { accountId, accountClass, currency } = change.account;
    state.accounts.set(accountId, { ...emptyAccount(accountId, accountClass, currency), batch: 0, record: 0 });
  }
  const sums = new Map<string, bigint>();
  const last = new Map<string, Entry>();
  for (const entry of change.entries) {
    const head = state.accounts.get(entry.accountId);
    if (!head || (head.sequence === 0 && entry.kind !== 'ACCOUNT_OPENED')) {
      return { ...about(place, entry), field: 'account', expected: 'an account that was opened', found: 'none' };
    }
    const difference = auditEntry(head, entry, place, sha256) ?? auditOwner(record, entry, place);
    if (difference) return difference;
    state.accounts.set(entry.accountId, {
      ...head,
      ...accountAfter(head, entry),
      batch: place.batch,
      record: place.record,
    });
    sums.set(head.currency, (sums.get(head.currency) ?? 0n) + entry.postedDelta);
    last.set(entry.accountId, entry);
    state.entries += 1;
  }
  const overdrawn = auditAvailable(state, last.values(), place);
  if (overdrawn) return overdrawn;
  for (const [currency, sum] of sums) {
    if (sum !== 0n)
      return { ...place, ...transactionOf(record), field: `sum of ${currency}`, expected: '0', found: `${sum}` };
    state.sums.set(currency, (state.sums.get(currency) ?? 0n) + sum);
  }
  return change.kind === 'account' ? auditAccountAfter(state, change.account, place) : auditPlaces(record, place);
}

/** An entry against the account before it. */
function auditEntry(head: Head, entry: Entry, place: RecordPlace, sha256: Sha256): Difference | undefined {
  const expected = {
    sequence: head.sequence + 1,
    posted: head.posted + entry.postedDelta,
    held: head.held + entry.heldDelta,
    limit: limitSetters.has(entry.kind) ? entry.limit : head.limit,
    status: statusSetters.has(entry.kind) ? entry.status : head.status,
  };
  for (const field of ['sequence', 'posted', 'held', 'limit', 'status'] as const) {
    if (entry[field] !== expected[field]) return differs(place, entry, field, expected[field], entry[field]);
  }
  if (entry.held < 0n) return differs(place, entry, 'held', 'zero or more', entry.held);
  if (entry.limit < 0n) return differs(place, entry, 'limit', 'zero or more', entry.limit);
  const hash = sha256(chainText(head.hash, entry));
  return entry.hash === hash ? undefined : differs(place, entry, 'hash', hash, entry.hash);
}

/** A record is one: an account that it names twice may be below zero between the two, and not after them. */
function auditAvailable(state: AuditState, last: Iterable<Entry>, place: RecordPlace): Difference | undefined {
  for (const entry of last) {
    const head = state.accounts.get(entry.accountId);
    if (!head || head.limit >= unboundedLimit || available(head) >= 0n) continue;
    return differs(place, entry, 'available', 'zero or more', available(head));
  }
  return undefined;
}

/** An entry belongs to a transaction of its own record, or, with an account's change, to none. */
function auditOwner({ change }: LedgerRecord, entry: Entry, place: RecordPlace): Difference | undefined {
  const owners =
    change.kind === 'transaction'
      ? [...change.transactions, ...change.delivered].map(({ transactionId }) => transactionId)
      : [''];
  if (owners.includes(entry.transactionId)) return undefined;
  return differs(place, entry, 'transactionId', owners.join(' or '), entry.transactionId);
}

function auditAccountAfter(state: AuditState, said: Account, place: RecordPlace): Difference | undefined {
  const head = state.accounts.get(said.accountId);
  for (const field of comparedAfterChange) {
    if (head?.[field] === said[field]) continue;
    return { ...place, account: said.accountId, field, expected: `${head?.[field]}`, found: `${said[field]}` };
  }
  return undefined;
}

/** A transaction's id tells where its first state lies. */
function auditPlaces({ change }: LedgerRecord, place: RecordPlace): Difference | undefined {
  if (change.kind !== 'transaction') return undefined;
  for (const { transactionId, version } of change.transactions) {
    const told = placeOf(transactionId);
    if (version !== 1 || told?.shard !== place.shard) continue;
    if (told.sequence === place.batch && told.index === place.record) continue;
    const found = `batch ${told.sequence}, record ${told.index}`;
    const expected = `batch ${place.batch}, record ${place.record}`;
    return { ...place, transaction: transactionId, field: 'place', expected, found };
  }
  return undefined;
}

function differs(place: RecordPlace, entry: Entry, field: string, expected: unknown, found: unknown): Difference {
  return { ...about(place, entry), field, expected: String(expected), found: String(found) };
}

function about(place: RecordPlace, { accountId, transactionId }: Entry) {
  return { ...place, account: accountId, ...(transactionId ? { transaction: transactionId } : {}) };
}

function transactionOf({ change }: LedgerRecord) {
  return change.kind === 'transaction' ? { transaction: change.transactions[0].transactionId } : {};
}

function instant(at: Instant): string {
  return new Date(at).toISOString();
}

/** Of two findings, the one that lies first; of two at one place, the first given. */
export function firstOf(one: Difference | undefined, other: Difference | undefined): Difference | undefined {
  if (!one || !other) return one ?? other;
  const order = one.shard - other.shard || one.batch - other.batch || (one.record ?? -1) - (other.record ?? -1);
  return order <= 0 ? one : other;
}

/** A finding in one line. */
export function differenceText({
  shard,
  batch,
  record,
  account,
  transaction,
  field,
  expected,
  found,
}: Difference): string {
  const where = [
    `shard ${shard}`,
    ...(batch > 0 ? [`batch ${batch}`] : []),
    ...(record === undefined ? [] : [`record ${record}`]),
    ...(account === undefined ? [] : [`account ${account}`]),
    ...(transaction === undefined ? [] : [`transaction ${transaction}`]),
  ];
  return `${where.join(', ')}: ${field} should be ${expected}, and is ${found}`;
}
