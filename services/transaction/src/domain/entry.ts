import { type Cents, cents } from '@ipe/money/cents';
import type { Account, AccountStatus, Instant } from './account.ts';

export type EntryKind =
  | 'ACCOUNT_OPENED'
  | 'LIMIT_CHANGED'
  | 'STATUS_CHANGED'
  | 'HOLD_PLACED'
  | 'HOLD_INCREASED'
  | 'HOLD_RELEASED'
  | 'HOLD_EXPIRED'
  | 'CAPTURE'
  | 'REFUND'
  | 'TRANSFER'
  | 'POSTING'
  | 'REVERSAL';

/** A line of an account: what it adds, and the account after it. Never changed, never removed. */
export type Entry = Readonly<{
  accountId: string;
  /** The account's own number, from 1 without gaps. */
  sequence: number;
  kind: EntryKind;
  /** Empty for changes of the account itself. */
  transactionId: string;
  /** The account on the other side; empty when there is more than one. */
  counterpartyAccountId: string;
  postedDelta: Cents;
  heldDelta: Cents;
  posted: Cents;
  held: Cents;
  limit: Cents;
  status: AccountStatus;
  bookedAt: Instant;
  /** SHA-256, lower-case hex, of `chainText(hash before it, this entry)`. */
  hash: string;
}>;

/** What a line adds or sets; the rest stays as the account has it. */
export type Line = Readonly<{
  kind: EntryKind;
  transactionId?: string;
  counterpartyAccountId?: string;
  posted?: Cents;
  held?: Cents;
  limit?: Cents;
  status?: AccountStatus;
}>;

export type Sha256 = (text: string) => string;

/** The next line of `account`, in its chain. */
export function nextEntry(account: Account, line: Line, bookedAt: Instant, sha256: Sha256): Entry {
  const postedDelta = line.posted ?? cents(0n);
  const heldDelta = line.held ?? cents(0n);
  // Filled in place: a copy of it only for the hash would cost more than the hash.
  const entry = {
    accountId: account.accountId,
    sequence: account.sequence + 1,
    kind: line.kind,
    transactionId: line.transactionId ?? '',
    counterpartyAccountId: line.counterpartyAccountId ?? '',
    postedDelta,
    heldDelta,
    posted: cents(account.posted + postedDelta),
    held: cents(account.held + heldDelta),
    limit: line.limit ?? account.limit,
    status: line.status ?? account.status,
    bookedAt,
    hash: '',
  };
  entry.hash = sha256(chainText(account.hash, entry));
  return entry;
}

/** The account after an entry. */
export function accountAfter(account: Account, entry: Entry): Account {
  return {
    accountId: account.accountId,
    accountClass: account.accountClass,
    currency: account.currency,
    status: entry.status,
    posted: entry.posted,
    held: entry.held,
    limit: entry.limit,
    sequence: entry.sequence,
    hash: entry.hash,
  };
}

/**
 * What an entry's hash is made of: the hash before it and its own facts, a line each. No part can hold a line break,
 * so no two entries share a text. Whoever reads the entries' topic can compute it again.
 */
export function chainText(hashBefore: string, entry: Omit<Entry, 'hash'>): string {
  return `${hashBefore}
${entry.accountId}
${entry.sequence}
${entry.kind}
${entry.transactionId}
${entry.counterpartyAccountId}
${entry.postedDelta}
${entry.heldDelta}
${entry.posted}
${entry.held}
${entry.limit}
${entry.status}
${entry.bookedAt}`;
}
