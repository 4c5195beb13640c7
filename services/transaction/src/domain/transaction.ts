import { type Cents, cents } from '@ipe/money/cents';
import type { Instant } from './account.ts';
import type { DeclineReason } from './response-codes.ts';

/**
 * A RESERVATION sets money aside for a transaction of another shard; BETWEEN_SHARDS is what the books of a shard say of
 * money that went to another, or came from there.
 */
export type TransactionKind =
  | 'CARD_PURCHASE'
  | 'HOLD'
  | 'TRANSFER'
  | 'POSTING'
  | 'REVERSAL'
  | 'RESERVATION'
  | 'BETWEEN_SHARDS';

export type TransactionStatus =
  | 'AUTHORIZED'
  | 'DECLINED'
  | 'PARTIALLY_CAPTURED'
  | 'CAPTURED'
  | 'VOIDED'
  | 'EXPIRED'
  | 'PARTIALLY_REFUNDED'
  | 'REFUNDED'
  | 'POSTED'
  | 'PARTIALLY_REVERSED'
  | 'REVERSED';

export type Merchant = Readonly<{ merchantId: string; accountId: string; name: string; mcc: string }>;

/** A line as it is asked for: what it adds to an account, signed in the holder's favour; never zero. */
export type PostingLine = Readonly<{ accountId: string; amount: Cents }>;

/** A line as it was written. */
export type PostedLine = PostingLine &
  Readonly<{
    /** The account's. */
    currency: string;
    /** How much of it is mended by reversals: zero to the line's amount without its sign. */
    reversed: Cents;
  }>;

/** What the caller wants to find again: the ledger carries it and makes nothing of it. */
export type Metadata = Readonly<Record<string, string>>;

/** What may be said of any movement of money. */
export type Annotations = Readonly<{
  metadata?: Metadata | undefined;
  /** When it counts, where that is not when it is booked. No balance follows from it. */
  effectiveAt?: Instant | undefined;
  /** The transaction that this one follows; empty when it follows none. */
  followsTransactionId?: string | undefined;
}>;

/** One movement in its present state. Values are replaced, never changed in place. Text that does not apply is empty. */
export type Transaction = Readonly<{
  transactionId: string;
  kind: TransactionKind;
  status: TransactionStatus;
  /** What was asked for. Of a posting: what its lines credit in the first line's currency. Never less than zero. */
  amount: Cents;
  /** Never more than the amount. */
  captured: Cents;
  /** Never more than was captured. */
  refunded: Cents;
  /** What is still held. */
  held: Cents;
  /** How much of the amount is mended by reversals. */
  reversed: Cents;
  /** The amount's. */
  currency: string;
  /** Who pays, and who gets. Of a posting: empty when that is more than one account. */
  debitAccountId: string;
  creditAccountId: string;
  /** Of a posting and of its reversal; none for other kinds, which say it all without. */
  lines: readonly PostedLine[];
  /** The posting template that drew up the lines; empty when the caller did. */
  template: string;
  metadata: Metadata;
  effectiveAt: Instant | undefined;
  followsTransactionId: string;
  /** The reservations at other shards that end with this state; none when all its accounts are here. */
  reservationIds: readonly string[];
  cardId: string;
  cardLastFour: string;
  merchant: Merchant | undefined;
  orderId: string;
  installments: number;
  authorizationCode: string;
  declineReason: DeclineReason | '';
  responseCode: string;
  description: string;
  reversesTransactionId: string;
  createdAt: Instant;
  updatedAt: Instant;
  expiresAt: Instant | undefined;
  /** Counts its states from 1. */
  version: number;
}>;

const zero = cents(0n);

/** One for all, so that a transaction without costs no memory for them. */
export const noLines: readonly PostedLine[] = [];
export const noMetadata: Metadata = {};
export const noReservations: readonly string[] = [];

/** A transaction at its birth; what the caller does not say is empty or zero. */
export function newTransaction(
  said: Pick<Transaction, 'transactionId' | 'kind' | 'status' | 'amount' | 'currency' | 'createdAt'> &
    Partial<Transaction>,
): Transaction {
  // Field by field: two objects spread into one cost several times as much, and this is on every write's way.
  return {
    transactionId: said.transactionId,
    kind: said.kind,
    status: said.status,
    amount: said.amount,
    captured: said.captured ?? zero,
    refunded: said.refunded ?? zero,
    held: said.held ?? zero,
    reversed: said.reversed ?? zero,
    currency: said.currency,
    debitAccountId: said.debitAccountId ?? '',
    creditAccountId: said.creditAccountId ?? '',
    lines: said.lines ?? noLines,
    template: said.template ?? '',
    metadata: said.metadata ?? noMetadata,
    effectiveAt: said.effectiveAt,
    followsTransactionId: said.followsTransactionId ?? '',
    reservationIds: said.reservationIds ?? noReservations,
    cardId: said.cardId ?? '',
    cardLastFour: said.cardLastFour ?? '',
    merchant: said.merchant,
    orderId: said.orderId ?? '',
    installments: said.installments ?? 0,
    authorizationCode: said.authorizationCode ?? '',
    declineReason: said.declineReason ?? '',
    responseCode: said.responseCode ?? '',
    description: said.description ?? '',
    reversesTransactionId: said.reversesTransactionId ?? '',
    createdAt: said.createdAt,
    updatedAt: said.createdAt,
    expiresAt: said.expiresAt,
    version: 1,
  };
}

/** What a command says of its movement, as a transaction tells it. */
export function annotated({ metadata, effectiveAt, followsTransactionId }: Annotations) {
  return { metadata: metadata ?? noMetadata, effectiveAt, followsTransactionId: followsTransactionId ?? '' };
}

/** Money set aside on an account for another, by card or without: captured, voided, refunded alike. */
export function isAuthorization({ kind }: Transaction): boolean {
  return kind === 'CARD_PURCHASE' || kind === 'HOLD';
}

/** The same purchase after money moved; `emptied` is what it is called when nothing was ever captured. */
export function movedPurchase(
  purchase: Transaction,
  moved: Partial<Pick<Transaction, 'amount' | 'captured' | 'refunded' | 'held'>>,
  at: Instant,
  emptied: 'VOIDED' | 'EXPIRED' = 'VOIDED',
): Transaction {
  const after = { ...purchase, ...moved, updatedAt: at, version: purchase.version + 1 };
  return { ...after, status: purchaseStatus(after, emptied) };
}

/** A purchase's status follows from its amounts: what is held comes first, then what was captured, then what went back. */
function purchaseStatus(
  { held, captured, refunded }: Pick<Transaction, 'held' | 'captured' | 'refunded'>,
  emptied: 'VOIDED' | 'EXPIRED',
): TransactionStatus {
  if (held > 0n) return captured > 0n ? 'PARTIALLY_CAPTURED' : 'AUTHORIZED';
  if (captured === 0n) return emptied;
  if (refunded === 0n) return 'CAPTURED';
  return refunded < captured ? 'PARTIALLY_REFUNDED' : 'REFUNDED';
}
