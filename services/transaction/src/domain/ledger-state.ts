import type { Account, Instant } from './account.ts';
import { ExpiryQueue } from './expiry-queue.ts';
import type { Elsewhere } from './foreign-account.ts';
import type { Transaction } from './transaction.ts';

/**
 * What was answered under an idempotency key, as it was then. With neither transaction nor account, the key is that of
 * an authorisation called off before it arrived.
 */
export type StoredAnswer = Readonly<{ fingerprint: string; transaction?: Transaction; account?: Account }>;

/** The ledger of one shard, as its journal tells it. Only `apply` changes it. */
export type LedgerState = {
  readonly accounts: Map<string, Account>;
  readonly transactions: Map<string, Transaction>;
  /** By `answerKey`. */
  readonly answers: Map<string, StoredAnswer>;
  readonly openHolds: ExpiryQueue;
  /** Ids of those of which something is held: they run out never, and end by what their transaction comes to. */
  readonly openReservations: Set<string>;
  /** When the last record was decided: time in the ledger never goes back. */
  decidedAt: Instant;
};

/** How decisions see it. */
export type LedgerView = Readonly<{
  accounts: ReadonlyMap<string, Account>;
  transactions: ReadonlyMap<string, Transaction>;
  answers: ReadonlyMap<string, StoredAnswer>;
  openHolds: Pick<ExpiryQueue, 'first' | 'size'>;
  openReservations: ReadonlySet<string>;
  /** What a decision needs to know of other shards; absent when it needs nothing. */
  elsewhere?: Elsewhere;
  decidedAt: Instant;
}>;

export function emptyLedger(): LedgerState {
  return {
    accounts: new Map(),
    transactions: new Map(),
    answers: new Map(),
    openHolds: new ExpiryQueue(),
    openReservations: new Set(),
    decidedAt: 0,
  };
}

/** Callers and keys hold no space, so no two pairs share a text. */
export function answerKey(caller: string, key: string): string {
  return `${caller} ${key}`;
}
