import type { Cents } from '@ipe/money/cents';

/** Kinds that move or hold money: each belongs to a transaction and shows on the statement. */
export const movementKinds = [
  'HOLD_PLACED',
  'HOLD_RELEASED',
  'HOLD_EXPIRED',
  'CAPTURE',
  'REFUND',
  'TRANSFER',
  'REVERSAL',
] as const;

/** Kinds that change the account itself: they count in its sequence, and no line tells them. */
export const accountKinds = ['ACCOUNT_OPENED', 'LIMIT_CHANGED', 'STATUS_CHANGED'] as const;

type EntryFacts = Readonly<{
  accountId: string;
  /** The account's own, from 1 without gaps. */
  sequence: bigint;
  /** Signed in the holder's favour. */
  postedDelta: Cents;
  heldDelta: Cents;
  /** The balances after it. */
  posted: Cents;
  held: Cents;
  available: Cents;
  currency: string;
  description: string;
  merchantId: string;
  orderId: string;
  cardId: string;
  cardLastFour: string;
  installments: number;
  authorizationCode: string;
  bookedAt: Date;
  /** The account's hash chain: tells two entries of one sequence apart. */
  hash: string;
}>;

export type Movement = EntryFacts &
  Readonly<{ kind: (typeof movementKinds)[number]; transactionId: string; transactionCreatedAt: Date }>;

export type AccountChange = EntryFacts & Readonly<{ kind: (typeof accountKinds)[number] }>;

/** A line of an account's ledger, as bank.entries.v1 tells it. */
export type Entry = Movement | AccountChange;

export function isMovement(entry: Entry): entry is Movement {
  return (movementKinds as readonly string[]).includes(entry.kind);
}
