import { type Cents, cents } from '@ipe/money/cents';
import type { Payment, PaymentStatus } from './payment.ts';
import { type Refused, refused } from './refusal.ts';

/** What a refund made of its payment: a repeated RefundPayment is answered with it, whatever came after. */
export type RefundEffect = { status: PaymentStatus; refunded: Cents; updatedAt: Date };

/** A refund of a payment. effect: only when done. reason: the bank's code, only when refused. */
export type Refund = {
  refundId: string;
  paymentId: string;
  amount: Cents;
  status: 'pending' | 'done' | 'refused';
  createdAt: Date;
  effect: RefundEffect | undefined;
  reason: string;
};

/** asked: zero for all that is left. */
export function decideRefund(payment: Payment, asked: Cents): { kind: 'decided'; amount: Cents } | Refused {
  if (payment.settled?.status !== 'paid') return refused('payment_not_refundable');
  const left = cents(payment.amount - payment.reserved);
  const amount = asked === 0n ? left : asked;
  if (amount === 0n || amount > left) return refused('refund_above_captured');
  return { kind: 'decided', amount };
}

export function withReservation(payment: Payment, amount: Cents): Payment {
  return { ...payment, reserved: cents(payment.reserved + amount) };
}

export function withoutReservation(payment: Payment, amount: Cents): Payment {
  return { ...payment, reserved: cents(payment.reserved - amount) };
}

/** The payment after the bank gave the money back. */
export function refundedPayment(payment: Payment, amount: Cents, at: Date): Payment {
  const refunded = cents(payment.refunded + amount);
  const status = refunded === payment.amount ? 'refunded' : 'partially_refunded';
  return { ...payment, refunded, status, updatedAt: at };
}
