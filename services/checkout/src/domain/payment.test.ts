import { cents } from '@ipe/money/cents';
import {
  asAnswered,
  authorizedPayment,
  orderStatusAfter,
  type Payment,
  pendingPayment,
  type Settlement,
  settledPayment,
} from './payment.ts';
import { refundedPayment } from './refund.ts';

const begun = new Date('2026-11-21T12:00:00.000Z');
const later = new Date('2026-11-21T12:00:05.000Z');
const paid: Settlement = { status: 'paid', transactionId: 'tx', authorizationCode: 'A00001', responseCode: '00' };

function pending(): Payment {
  const parties = { paymentId: 'pay_1', orderId: 'ord_1', merchantId: 'mer_1', customerId: 'cus_1' };
  const terms = { amount: cents(1_000n), currency: 'BRL', installments: 1, cardLastFour: '1486' };
  return pendingPayment({ ...parties, ...terms }, begun);
}

test('a payment begins as pending, with nothing given back', () => {
  expect(pending()).toMatchObject({ status: 'pending', refunded: 0n, reserved: 0n, settled: undefined });
});

test('a payment that is authorised, but has not ended, is answered as pending', () => {
  const hold = { transactionId: 'tx', authorizationCode: 'A00001', responseCode: '00' };
  const authorized = authorizedPayment(pending(), hold, later);
  expect(authorized).toMatchObject({ status: 'authorized', transactionId: 'tx', updatedAt: later });
  expect(asAnswered(authorized).status).toBe('pending');
});

test('a payment ends once', () => {
  const ended = settledPayment(pending(), paid, later);
  expect(ended).toMatchObject({ status: 'paid', settled: { status: 'paid', at: later } });
  expect(() => settledPayment(ended, paid, later)).toThrow('payment pay_1 has ended as paid');
});

test('an ended payment is answered as it ended, whatever refunds did to it', () => {
  const ended = settledPayment(pending(), paid, later);
  const refunded = refundedPayment(ended, cents(1_000n), new Date('2026-12-01T00:00:00.000Z'));
  expect(refunded.status).toBe('refunded');
  expect(asAnswered(refunded)).toEqual(asAnswered(ended));
  expect(asAnswered(refunded)).toMatchObject({ status: 'paid', refunded: 0n, updatedAt: later });
});

test.each([
  ['paid', 'paid'],
  ['declined', 'created'],
  ['failed', 'created'],
] as const)('a payment that ended as %s leaves its order %s', (status, order) => {
  expect(orderStatusAfter(status)).toBe(order);
});
