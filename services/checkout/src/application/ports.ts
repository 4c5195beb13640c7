import type { Cents } from '@ipe/money/cents';
import type { BankTransaction } from '../domain/bank-transaction.ts';
import type { Order } from '../domain/order.ts';
import type { Payment } from '../domain/payment.ts';
import type { Refund } from '../domain/refund.ts';
import type { Violation } from '../domain/refusal.ts';
import type { Merchant, Product } from '../domain/shop.ts';

/** Who asks, and the caller's own key of the write. */
export type WriteKey = { caller: string; key: string };

/**
 * A thing and the digest of the request that made it. Its id follows from (caller, key), so the thing is its own
 * idempotency record: a repeated write finds it, and the digest tells whether it is the same request.
 */
export type Made<T> = T & { fingerprint: string };

/** created: written now; else what stands under the same id. */
export type Creation<T> = { kind: 'created' } | { kind: 'exists'; made: Made<T> };

/** Where a list goes on: the last one's place in it. */
export type Cursor = { at: string; id: string };
export type Page<T> = { items: T[]; next: Cursor | undefined };
export type PageRequest = { size: number; after: Cursor | undefined };

export const Merchants = Symbol('Merchants');
/** A merchant never changes once it is made, so an adapter may remember it. */
export interface Merchants {
  create(merchant: Made<Merchant>): Promise<Creation<Merchant>>;
  find(merchantId: string): Promise<Made<Merchant> | undefined>;
  /** Oldest first. */
  list(page: PageRequest): Promise<Page<Merchant>>;
}

export const Products = Symbol('Products');
/** A product never changes once it is made, its price included, so an adapter may remember it. */
export interface Products {
  create(product: Made<Product>): Promise<Creation<Product> | { kind: 'sku_taken' }>;
  find(productIds: readonly string[]): Promise<ReadonlyMap<string, Product>>;
  /** By sku. */
  list(merchantId: string, page: PageRequest): Promise<Page<Product>>;
}

export const Orders = Symbol('Orders');
export interface Orders {
  create(order: Made<Order>): Promise<Creation<Order>>;
  find(orderId: string): Promise<Made<Order> | undefined>;
  /** Newest first. */
  list(customerId: string, page: PageRequest): Promise<Page<Order>>;
}

export const Payments = Symbol('Payments');
export interface Payments {
  find(paymentId: string): Promise<Made<Payment> | undefined>;
  /** Writes the pending payment and takes its order from created to paying, both or (false) neither. */
  begin(payment: Made<Payment>): Promise<boolean>;
  /** Notes that the bank holds the money; nothing happens when the payment is no longer pending. */
  noteAuthorized(payment: Payment): Promise<void>;
  /** Writes the payment's end and what it makes of the order; false when it had ended before. */
  settle(payment: Payment): Promise<boolean>;
  /** Newest first. */
  list(merchantId: string, status: Payment['status'] | undefined, page: PageRequest): Promise<Page<Payment>>;
}

export const Refunds = Symbol('Refunds');
export interface Refunds {
  find(refundId: string): Promise<Made<Refund> | undefined>;
  /** Writes the pending refund and its reservation; false when the payment's reservations are not `before`'s any more. */
  begin(refund: Made<Refund>, before: Payment, after: Payment): Promise<boolean>;
  /** Writes a refund's end with the payment, and the order when all went back; false when either changed meanwhile. */
  settle(refund: Refund, before: Payment, after: Payment): Promise<boolean>;
}

export const Unsettled = Symbol('Unsettled');
/** Payments and refunds whose end is not written yet. */
export interface Unsettled {
  /**
   * Ids of the oldest ones that were asked for before `before`, in lanes that may be worked on side by side; shuffled in
   * their lane, so that replicas seldom meet and one that cannot be finished is not always the first.
   */
  oldest(kind: 'payment' | 'refund', before: Date): Promise<string[][]>;
  /** However old. */
  countPayments(): Promise<number>;
}

export type CardCredentials = { number: string; expiryMonth: number; expiryYear: number; cvv: string };

export type Authorization = {
  /** The idempotency key; the caller is this service. */
  key: string;
  card: CardCredentials;
  merchant: Merchant;
  amount: Cents;
  currency: string;
  installments: number;
  orderId: string;
};

/** unknown: nobody can say whether it took effect (unreachable, too slow, broken). refused: it took none. */
export type BankAnswer =
  | { kind: 'answered'; transaction: BankTransaction }
  | { kind: 'invalid'; violations: readonly Violation[] }
  | { kind: 'refused'; reason: string }
  | { kind: 'unknown'; reason: string };

export const BankCore = Symbol('BankCore');
/** The bank core. Every call has a deadline, and one more try under the same key. */
export interface BankCore {
  authorize(authorization: Authorization): Promise<BankAnswer>;
  /** All that is held. */
  capture(transactionId: string, key: string): Promise<BankAnswer>;
  /** What became of an authorisation; `none` when no such one is known. */
  find(key: string): Promise<BankAnswer | { kind: 'none' }>;
  /** Makes sure that an authorisation is not in force, now or later; `none` when none had arrived. */
  cancel(key: string): Promise<BankAnswer | { kind: 'none' }>;
  refund(transactionId: string, amount: Cents, key: string): Promise<BankAnswer>;
}

export type AccountRefusal =
  | { kind: 'taken'; refusal: 'document_taken' | 'email_taken' | 'idempotency_key_reused' }
  | { kind: 'invalid'; violations: readonly Violation[] }
  | { kind: 'unavailable' };

export const Accounts = Symbol('Accounts');
/** The account service. Every call has a deadline, and one more try under the same key. */
export interface Accounts {
  createCustomer(
    key: string,
    customer: { name: string; document: string; email: string },
  ): Promise<{ kind: 'done'; customerId: string } | AccountRefusal>;
  openMerchantAccount(key: string, customerId: string): Promise<{ kind: 'done'; accountId: string } | AccountRefusal>;
}

export type RecoveryOutcome = 'paid' | 'declined' | 'failed' | 'refund_done' | 'refund_refused' | 'left';

export const PaymentMetrics = Symbol('PaymentMetrics');
export interface PaymentMetrics {
  settled(payment: Payment): void;
  recovered(outcome: RecoveryOutcome): void;
  unsettled(count: number): void;
}

export const Clock = Symbol('Clock');
export interface Clock {
  now(): Date;
}

/** The key of the digests over requests that hold card data: a KeyObject of 32 bytes, made once. */
export const FingerprintKey = Symbol('FingerprintKey');
