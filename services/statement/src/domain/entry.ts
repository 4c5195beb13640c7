import type { Cents } from '@ipe/money/cents';

/** Kinds that move or hold money: each belongs to a transaction and shows on the statement. */
export const movementKinds = [
  'HOLD_PLACED',
  'HOLD_INCREASED',
  'HOLD_RELEASED',
  'HOLD_EXPIRED',
  'CAPTURE',
  'REFUND',
  'TRANSFER',
  'POSTING',
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
  Readonly<{
    kind: (typeof movementKinds)[number];
    transactionId: string;
    transactionCreatedAt: Date;
    /** Of its transaction, right after it. */
    transactionStatus: string;
  }>;

export type AccountChange = EntryFacts & Readonly<{ kind: (typeof accountKinds)[number] }>;

/** A line of an account's ledger, as bank.entries.v1 tells it. */
export type Entry = Movement | AccountChange;

export function isMovement<E extends Pick<Entry, 'kind'>>(entry: E): entry is Extract<E, Pick<Movement, 'kind'>> {
  return (movementKinds as readonly string[]).includes(entry.kind);
}

/** What an entry says beside the amounts. */
export type EntryText = Readonly<
  Pick<
    Movement,
    | 'currency'
    | 'description'
    | 'merchantId'
    | 'orderId'
    | 'cardId'
    | 'cardLastFour'
    | 'installments'
    | 'authorizationCode'
  >
>;

export function textOf(entry: Movement): EntryText {
  const { currency, description, merchantId, orderId, cardId, cardLastFour, installments, authorizationCode } = entry;
  return { currency, description, merchantId, orderId, cardId, cardLastFour, installments, authorizationCode };
}
