import type { Account } from './account.ts';

/** An account of another shard. */
export type ForeignAccount = Readonly<{
  shard: number;
  /** As it was a moment ago; of a reservation, what is reserved is all that is available. */
  account: Account;
  /** Of what is set aside there for this decision; empty when nothing is. */
  reservationId: string;
}>;

/** What is known of other shards for a decision. */
export type Elsewhere = Readonly<{
  /** The shard that decides. */
  home: number;
  /** By account. */
  accounts: ReadonlyMap<string, ForeignAccount>;
  /** Of other shards, known to exist. */
  transactionIds: ReadonlySet<string>;
}>;
