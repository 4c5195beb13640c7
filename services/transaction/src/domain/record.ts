import type { Account, Instant } from './account.ts';
import type { Entry } from './entry.ts';
import type { Remittance } from './remittance.ts';
import type { Transaction } from './transaction.ts';

/** Who asked for a write, and under which key. */
export type IdempotencyScope = Readonly<{
  caller: string;
  key: string;
  /** Tells one body from another without holding it. */
  fingerprint: string;
}>;

/** Transactions came into a new state; the first is the one that the command was about. */
export type TransactionChange = Readonly<{
  kind: 'transaction';
  transactions: readonly [Transaction, ...Transaction[]];
  entries: readonly Entry[];
  /** What is to be written at other shards. */
  remittances: readonly Remittance[];
  /** Transactions of other shards, of which some of the entries are. */
  delivered: readonly Transaction[];
}>;

/** An account was opened or changed; `account` is after it. */
export type AccountChange = Readonly<{ kind: 'account'; account: Account; entries: readonly Entry[] }>;

/** An authorisation that has not arrived was called off: should it still arrive under its key, it is declined. */
export type AuthorizationCancelled = Readonly<{ kind: 'cancelled'; caller: string; authorizationKey: string }>;

/** What happened, in full: the state follows from the records alone, and a follower needs nothing else. */
export type LedgerRecord = Readonly<{
  decidedAt: Instant;
  /** Absent for what the bank did by itself, such as the expiry of a hold. */
  idempotency: IdempotencyScope | undefined;
  /** W3C trace context of the call; empty when it had none. */
  traceparent: string;
  change: TransactionChange | AccountChange | AuthorizationCancelled;
}>;
