import { type Cents, cents } from '@ipe/money/cents';
import type { Instant } from './account.ts';
import type { DeclineReason } from './response-codes.ts';

export type TransactionKind = 'CARD_PURCHASE' | 'TRANSFER' | 'REVERSAL';

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
  | 'REVERSED';

export type Merchant = Readonly<{ merchantId: string; accountId: string; name: string; mcc: string }>;

/** One movement in its present state. Values are replaced, never changed in place. Text that does not apply is empty. */
export type Transaction = Readonly<{
  transactionId: string;
  kind: TransactionKind;
  status: TransactionStatus;
  /** What was asked for. */
  amount: Cents;
  /** Never more than the amount. */
  captured: Cents;
  /** Never more than was captured. */
  refunded: Cents;
  /** What is still held. */
  held: Cents;
  currency: string;
  debitAccountId: string;
  creditAccountId: string;
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

/** A transaction at its birth; what the caller does not say is empty or zero. */
export function newTransaction(
  said: Pick<Transaction, 'transactionId' | 'kind' | 'status' | 'amount' | 'currency' | 'createdAt'> &
    Partial<Transaction>,
): Transaction {
  return {
    captured: zero,
    refunded: zero,
    held: zero,
    debitAccountId: '',
    creditAccountId: '',
    cardId: '',
    cardLastFour: '',
    merchant: undefined,
    orderId: '',
    installments: 0,
    authorizationCode: '',
    declineReason: '',
    responseCode: '',
    description: '',
    reversesTransactionId: '',
    expiresAt: undefined,
    ...said,
    updatedAt: said.createdAt,
    version: 1,
  };
}

/** The same purchase after money moved; `emptied` is what it is called when nothing was ever captured. */
export function movedPurchase(
  purchase: Transaction,
  moved: Partial<Pick<Transaction, 'captured' | 'refunded' | 'held'>>,
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
