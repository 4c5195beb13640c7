import type { Cents } from '@ipe/money/cents';
import type { EntryKind } from './entry.ts';

/** A line of an account of another shard, before it is written there. */
export type RemittedPosting = Readonly<{
  accountId: string;
  /** Empty when there is more than one. */
  counterpartyAccountId: string;
  kind: EntryKind;
  posted: Cents;
  /** The account's. */
  currency: string;
}>;

/**
 * What a transaction writes at another shard. Decided where the transaction is, and final: what it takes there is
 * reserved, and what it brings is taken in whatever has happened meanwhile.
 */
export type Remittance = Readonly<{
  shard: number;
  postings: readonly RemittedPosting[];
  /** The reservations there that end with it. */
  reservationIds: readonly string[];
}>;

/** One for all, so that a transaction within a shard costs no memory for them. */
export const noRemittances: readonly Remittance[] = [];
