import { cents } from '@ipe/money/cents';
import { type Payment, pendingPayment, settledPayment } from './payment.ts';
import { decideRefund, refundedPayment, withoutReservation, withReservation } from './refund.ts';

const at = new Date('2026-11-21T12:00:00.000Z');
const parties = { paymentId: 'pay_1', orderId: 'ord_1', merchantId: 'mer_1', customerId: 'cus_1' };
const terms = { amount: cents(1_000n), currency: 'BRL', installments: 1, cardLastFour: '1486' };
const pending = pendingPayment({ ...parties, ...terms }, at);
const ended = { transactionId: 'tx', authorizationCode: 'A00001', responseCode: '00' };
const paid: Payment = settledPayment(pending, { status: 'paid', ...ended }, at);

test('a refund of zero is one of all that is left', () => {
  expect(decideRefund(paid, cents(0n))).toEqual({ kind: 'decided', amount: 1_000n });
  expect(decideRefund(withReservation(paid, cents(300n)), cents(0n))).toEqual({ kind: 'decided', amount: 700n });
});

test('refunds that are under way count against what is left, until they are given up', () => {
  const reserved = withReservation(paid, cents(600n));
  expect(decideRefund(reserved, cents(401n))).toMatchObject({ refusal: 'refund_above_captured' });
  expect(decideRefund(reserved, cents(400n))).toMatchObject({ kind: 'decided' });
  expect(decideRefund(withoutReservation(reserved, cents(600n)), cents(1_000n))).toMatchObject({ kind: 'decided' });
});

test('nothing is left to give back of a payment that went back in whole', () => {
  const reserved = withReservation(paid, cents(1_000n));
  expect(decideRefund(reserved, cents(0n))).toMatchObject({ refusal: 'refund_above_captured' });
});

test('only a payment that was paid can be refunded', () => {
  const declined = settledPayment(
    pending,
    { status: 'declined', transactionId: 'tx', reason: 'x', responseCode: '51' },
    at,
  );
  expect(decideRefund(pending, cents(1n))).toMatchObject({ refusal: 'payment_not_refundable' });
  expect(decideRefund(declined, cents(1n))).toMatchObject({ refusal: 'payment_not_refundable' });
});

test('refunds add up to partially refunded, and then to refunded', () => {
  const part = refundedPayment(paid, cents(999n), at);
  expect(part).toMatchObject({ status: 'partially_refunded', refunded: 999n });
  expect(refundedPayment(part, cents(1n), at)).toMatchObject({ status: 'refunded', refunded: 1_000n });
});
