import { type Cents, cents } from '@ipe/money/cents';
import type { OrderStatus } from './order.ts';
import type { Violation } from './refusal.ts';

export type SettledStatus = 'paid' | 'declined' | 'failed';
export type PaymentStatus = 'pending' | 'authorized' | SettledStatus | 'partially_refunded' | 'refunded';

/** How a payment ended. `reason`: the bank's code of a decline, or why the payment failed. */
export type Settlement =
  | { status: 'paid'; transactionId: string; authorizationCode: string; responseCode: string }
  | { status: 'declined'; transactionId: string; reason: string; responseCode: string }
  | { status: 'failed'; transactionId: string; reason: string; violations: readonly Violation[] };

/**
 * A try to pay an order by a card.
 * reserved: what refunds asked for, done or under way, so that two of them at once cannot exceed the amount.
 * settled: how and when it ended; kept because refunds move `status` on, and a repeated PayOrder is answered as at first.
 */
export type Payment = {
  paymentId: string;
  orderId: string;
  merchantId: string;
  customerId: string;
  amount: Cents;
  refunded: Cents;
  reserved: Cents;
  currency: string;
  installments: number;
  status: PaymentStatus;
  transactionId: string;
  authorizationCode: string;
  reason: string;
  responseCode: string;
  cardLastFour: string;
  violations: readonly Violation[];
  createdAt: Date;
  updatedAt: Date;
  settled: { status: SettledStatus; at: Date } | undefined;
};

/** The fields of a payment that is about to be asked for. */
export type PaymentRequest = Pick<
  Payment,
  'paymentId' | 'orderId' | 'merchantId' | 'customerId' | 'amount' | 'currency' | 'installments' | 'cardLastFour'
>;

export function pendingPayment(request: PaymentRequest, at: Date): Payment {
  return {
    ...request,
    refunded: cents(0n),
    reserved: cents(0n),
    status: 'pending',
    transactionId: '',
    authorizationCode: '',
    reason: '',
    responseCode: '',
    violations: [],
    createdAt: at,
    updatedAt: at,
    settled: undefined,
  };
}

/** The hold is there, the capture's answer is not. */
export function authorizedPayment(
  payment: Payment,
  hold: { transactionId: string; authorizationCode: string; responseCode: string },
  at: Date,
): Payment {
  return { ...payment, ...hold, status: 'authorized', updatedAt: at };
}

/** Throws when it has ended already: stores guard against that, so here it is a bug. */
export function settledPayment(payment: Payment, settlement: Settlement, at: Date): Payment {
  if (payment.settled) throw new Error(`payment ${payment.paymentId} has ended as ${payment.settled.status}`);
  return { ...payment, ...settlement, updatedAt: at, settled: { status: settlement.status, at } };
}

/** What a payment's end makes of its order: paid, or open for another card. */
export function orderStatusAfter(status: SettledStatus): OrderStatus {
  return status === 'paid' ? 'paid' : 'created';
}

/** The payment as PayOrder answers it: PENDING until it has ended, and then for ever as it ended. */
export function asAnswered(payment: Payment): Payment {
  if (!payment.settled) return { ...payment, status: 'pending' };
  return { ...payment, status: payment.settled.status, updatedAt: payment.settled.at, refunded: cents(0n) };
}
