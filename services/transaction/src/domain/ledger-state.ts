import type { Account, Instant } from './account.ts';
import { ExpiryQueue } from './expiry-queue.ts';
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
  /** When the last record was decided: time in the ledger never goes back. */
  decidedAt: Instant;
};

/** How decisions see it. */
export type LedgerView = Readonly<{
  accounts: ReadonlyMap<string, Account>;
  transactions: ReadonlyMap<string, Transaction>;
  answers: ReadonlyMap<string, StoredAnswer>;
  openHolds: Pick<ExpiryQueue, 'first' | 'size'>;
  decidedAt: Instant;
}>;

export function emptyLedger(): LedgerState {
  return {
    accounts: new Map(),
    transactions: new Map(),
    answers: new Map(),
    openHolds: new ExpiryQueue(),
    decidedAt: 0,
  };
}

/** Callers and keys hold no space, so no two pairs share a text. */
export function answerKey(caller: string, key: string): string {
  return `${caller} ${key}`;
}
