import { randomUUID } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { OrderStatus, type Payment, PaymentStatus } from '@ipe/contracts/gen/bank/checkout/v1/checkout';
import { call } from '@ipe/service-kit/grpc-client';
import { GrpcRefusal } from '@ipe/service-kit/refusal';
import { poorCard, startCheckout } from './platform.ts';

let checkout: Awaited<ReturnType<typeof startCheckout>>;
beforeAll(async () => {
  checkout = await startCheckout();
  checkout.bank.declines.set(poorCard.number, { reason: 'insufficient_limit', code: '51' });
});
afterAll(() => checkout.close());
afterEach(() => checkout.bank.heal());

/** A paid payment of 246.90. */
async function paid(): Promise<Payment> {
  const { merchantId } = await checkout.shop.merchant();
  return checkout.shop.pay(await checkout.shop.order(await checkout.shop.product(merchantId)));
}

const aboveCaptured = { code: status.FAILED_PRECONDITION, reason: 'refund_above_captured' };

test('a payment goes back in part, and then in whole, and so does its order', async () => {
  const payment = await paid();
  const part = await checkout.shop.refund(payment, 10_000n);
  expect(part).toMatchObject({ status: PaymentStatus.PAYMENT_STATUS_PARTIALLY_REFUNDED, refundedCents: 10_000n });
  expect((await checkout.shop.readOrder(payment.orderId)).status).toBe(OrderStatus.ORDER_STATUS_PAID);
  const whole = await checkout.shop.refund(payment, 0n);
  expect(whole).toMatchObject({ status: PaymentStatus.PAYMENT_STATUS_REFUNDED, refundedCents: 24_690n });
  expect((await checkout.shop.readOrder(payment.orderId)).status).toBe(OrderStatus.ORDER_STATUS_REFUNDED);
  expect(checkout.bank.charged(payment.orderId)).toEqual({ captured: 0n, held: 0n });
  await expect(checkout.shop.refund(payment, 0n)).rejects.toMatchObject(aboveCaptured);
});

test('the same refund twice gives back once, with the same answer, also after another refund', async () => {
  const payment = await paid();
  const key = randomUUID();
  const first = await checkout.shop.refund(payment, 1_000n, key);
  await checkout.shop.refund(payment, 2_000n);
  expect(await checkout.shop.refund(payment, 1_000n, key)).toEqual(first);
  expect(checkout.bank.charged(payment.orderId).captured).toBe(21_690n);
});

test('twenty concurrent refunds with the same key give back once, and another amount is refused', async () => {
  const payment = await paid();
  const key = randomUUID();
  const answers = await Promise.all(Array.from({ length: 20 }, () => checkout.shop.refund(payment, 1_000n, key)));
  for (const answer of answers) expect(answer).toEqual(answers[0]);
  expect(checkout.bank.charged(payment.orderId).captured).toBe(23_690n);
  await expect(checkout.shop.refund(payment, 1_001n, key)).rejects.toMatchObject({
    code: status.ALREADY_EXISTS,
    reason: 'idempotency_key_reused',
  });
});

test('concurrent refunds with different keys never exceed what was captured', async () => {
  const payment = await paid();
  const results = await Promise.allSettled(Array.from({ length: 6 }, () => checkout.shop.refund(payment, 5_000n)));
  expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(4);
  for (const result of results) if (result.status === 'rejected') expect(result.reason).toMatchObject(aboveCaptured);
  expect(checkout.bank.charged(payment.orderId).captured).toBe(4_690n);
  expect((await checkout.shop.payment(payment.paymentId)).refundedCents).toBe(20_000n);
});

test('a refund above what was captured is refused, and the bank is not asked', async () => {
  const payment = await paid();
  const asked = checkout.bank.calls.length;
  await expect(checkout.shop.refund(payment, 24_691n)).rejects.toMatchObject(aboveCaptured);
  expect(checkout.bank.calls).toHaveLength(asked);
});

test('a negative amount is refused as invalid', async () => {
  await expect(checkout.shop.refund(await paid(), -1n)).rejects.toMatchObject({
    code: status.INVALID_ARGUMENT,
    violations: [{ field: 'amount_cents' }],
  });
});

test('a refund that the bank refuses is refused for ever under its key, and leaves all to another', async () => {
  const payment = await paid();
  checkout.bank.before = () => {
    throw new GrpcRefusal({ code: status.FAILED_PRECONDITION, reason: 'account_closed', message: 'closed' });
  };
  const key = randomUUID();
  const refusal = { reason: 'refund_refused', metadata: { cause: 'account_closed' } };
  await expect(checkout.shop.refund(payment, 0n, key)).rejects.toMatchObject(refusal);
  checkout.bank.heal();
  await expect(checkout.shop.refund(payment, 0n, key)).rejects.toMatchObject(refusal);
  expect((await checkout.shop.refund(payment, 0n)).status).toBe(PaymentStatus.PAYMENT_STATUS_REFUNDED);
});

test('a declined payment, and a payment of another shop, cannot be refunded', async () => {
  const { merchantId } = await checkout.shop.merchant();
  const order = await checkout.shop.order(await checkout.shop.product(merchantId));
  const declined = await checkout.shop.pay(order, { card: poorCard });
  await expect(checkout.shop.refund(declined, 0n)).rejects.toMatchObject({
    code: status.FAILED_PRECONDITION,
    reason: 'payment_not_refundable',
  });
  await expect(checkout.shop.refund({ ...declined, merchantId: 'mer_other' }, 0n)).rejects.toMatchObject({
    code: status.NOT_FOUND,
    reason: 'payment_not_found',
  });
});

test('a merchant’s payments are listed newest first, by status when asked, page by page', async () => {
  const { merchantId } = await checkout.shop.merchant();
  const product = await checkout.shop.product(merchantId);
  const payments: Payment[] = [];
  for (const card of [undefined, poorCard, undefined]) {
    payments.push(await checkout.shop.pay(await checkout.shop.order(product), card ? { card } : {}));
  }
  const [first, declined, last] = payments.map(({ paymentId }) => paymentId);
  const list = async (paymentStatus: PaymentStatus, pageSize = 0, pageToken = '') => {
    const request = { merchantId, pageSize, pageToken, status: paymentStatus };
    const page = await call(checkout.client, checkout.client.listPayments, request, 5_000);
    return { ids: page.payments.map(({ paymentId }) => paymentId), next: page.nextPageToken };
  };
  const one = await list(PaymentStatus.PAYMENT_STATUS_UNSPECIFIED, 2);
  expect(one.ids).toEqual([last, declined]);
  expect(await list(PaymentStatus.PAYMENT_STATUS_UNSPECIFIED, 2, one.next)).toEqual({ ids: [first], next: '' });
  expect((await list(PaymentStatus.PAYMENT_STATUS_DECLINED)).ids).toEqual([declined]);
  await checkout.shop.refund(payments[0] as Payment, 0n);
  expect((await list(PaymentStatus.PAYMENT_STATUS_PAID)).ids).toEqual([last]);
  expect((await list(PaymentStatus.PAYMENT_STATUS_REFUNDED)).ids).toEqual([first]);
});

test('a payment is found by its customer and by its merchant, and by nobody else', async () => {
  const { paymentId, merchantId } = await paid();
  const get = (customerId: string, ofMerchant: string) =>
    call(checkout.client, checkout.client.getPayment, { paymentId, customerId, merchantId: ofMerchant }, 5_000);
  expect((await get('cus_ana', merchantId)).payment?.paymentId).toBe(paymentId);
  await expect(get('cus_bia', '')).rejects.toMatchObject({ reason: 'payment_not_found' });
  await expect(get('', 'mer_other')).rejects.toMatchObject({ reason: 'payment_not_found' });
});
