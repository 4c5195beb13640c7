import { randomUUID } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { OrderStatus, type Payment, PaymentStatus } from '@ipe/contracts/gen/bank/checkout/v1/checkout';
import { GrpcRefusal } from '@ipe/service-kit/refusal';
import { eventually } from '@ipe/testing/eventually';
import { bankDown } from './fake-bank.ts';
import { startCheckout } from './platform.ts';

let checkout: Awaited<ReturnType<typeof startCheckout>>;
beforeAll(async () => {
  checkout = await startCheckout({
    BANK_DEADLINE_MS: '500',
    ANSWER_WITHIN_MS: '1200',
    RECOVERY_INTERVAL_MS: '100',
    RECOVERY_AFTER_MS: '300',
  });
});
afterAll(() => checkout.close());
afterEach(() => checkout.bank.heal());

async function newOrder() {
  const { merchantId } = await checkout.shop.merchant();
  return checkout.shop.order(await checkout.shop.product(merchantId));
}

function ended(paymentId: string, as: PaymentStatus): Promise<Payment> {
  return eventually(async () => {
    const payment = await checkout.shop.payment(paymentId);
    expect(payment.status).toBe(as);
    return payment;
  });
}

test('a payment that never reached the bank fails when the bank is back, and the order can be paid', async () => {
  const order = await newOrder();
  checkout.bank.before = () => {
    throw bankDown;
  };
  const idempotencyKey = randomUUID();
  const pending = await checkout.shop.pay(order, { idempotencyKey });
  expect(pending.status).toBe(PaymentStatus.PAYMENT_STATUS_PENDING);
  checkout.bank.heal();
  const failed = await ended(pending.paymentId, PaymentStatus.PAYMENT_STATUS_FAILED);
  expect(failed.declineReason).toBe('bank_unreachable');
  expect(await checkout.shop.pay(order, { idempotencyKey })).toEqual(failed);
  expect((await checkout.shop.pay(order)).status).toBe(PaymentStatus.PAYMENT_STATUS_PAID);
  expect(checkout.bank.charged(order.orderId)).toEqual({ captured: order.totalCents, held: 0n });
});

test('a payment whose approval was lost on the way is captured by recovery', async () => {
  const order = await newOrder();
  checkout.bank.after = (method) => {
    if (method === 'authorize') throw bankDown;
  };
  const pending = await checkout.shop.pay(order);
  expect(pending.status).toBe(PaymentStatus.PAYMENT_STATUS_PENDING);
  const paid = await ended(pending.paymentId, PaymentStatus.PAYMENT_STATUS_PAID);
  expect(paid.authorizationCode).toMatch(/^\w{6}$/);
  expect((await checkout.shop.readOrder(order.orderId)).status).toBe(OrderStatus.ORDER_STATUS_PAID);
  expect(checkout.bank.charged(order.orderId)).toEqual({ captured: order.totalCents, held: 0n });
});

test('a decline that was lost on the way is told by recovery', async () => {
  const order = await newOrder();
  const card = { number: '4000000000000051', expiryMonth: 1, expiryYear: 2030, cvv: '123' };
  checkout.bank.declines.set(card.number, { reason: 'insufficient_limit', code: '51' });
  checkout.bank.after = (method) => {
    if (method === 'authorize') throw bankDown;
  };
  const pending = await checkout.shop.pay(order, { card });
  const declined = await ended(pending.paymentId, PaymentStatus.PAYMENT_STATUS_DECLINED);
  expect(declined).toMatchObject({ declineReason: 'insufficient_limit', responseCode: '51' });
});

test('a capture whose answer was lost is not repeated, and the payment is paid', async () => {
  const order = await newOrder();
  checkout.bank.after = (method) => {
    if (method === 'capture') throw bankDown;
  };
  const pending = await checkout.shop.pay(order);
  expect(pending.status).toBe(PaymentStatus.PAYMENT_STATUS_PENDING);
  await ended(pending.paymentId, PaymentStatus.PAYMENT_STATUS_PAID);
  expect(checkout.bank.charged(order.orderId)).toEqual({ captured: order.totalCents, held: 0n });
});

test('an authorisation that arrives after recovery gave it up is declined by the bank, and charges nothing', async () => {
  const order = await newOrder();
  const gate = Promise.withResolvers<void>();
  checkout.bank.before = (method) => (method === 'authorize' ? gate.promise : undefined);
  const pending = await checkout.shop.pay(order);
  const failed = await ended(pending.paymentId, PaymentStatus.PAYMENT_STATUS_FAILED);
  gate.resolve();
  await eventually(() => {
    const late = [...checkout.bank.transactions.values()].find(({ orderId }) => orderId === order.orderId);
    expect(late?.declineReason).toBe('cancelled_by_merchant');
  });
  expect(await checkout.shop.payment(pending.paymentId)).toEqual(failed);
  expect(checkout.bank.charged(order.orderId)).toEqual({ captured: 0n, held: 0n });
});

test('one payment that the bank cannot speak about does not keep the others from their recovery', async () => {
  checkout.bank.after = (method) => {
    if (method === 'authorize') throw bankDown;
  };
  const orders = await Promise.all(Array.from({ length: 6 }, () => newOrder()));
  const pendings = await Promise.all(orders.map((order) => checkout.shop.pay(order)));
  const [poisoned, ...others] = pendings;
  const poison = [...checkout.bank.transactions.values()].find(({ orderId }) => orderId === poisoned?.orderId);
  const description = 'no status that a purchase has';
  const truth = poison?.status;
  Object.assign(poison ?? {}, { status: 9, description });
  checkout.bank.heal();
  for (const { paymentId } of others) await ended(paymentId, PaymentStatus.PAYMENT_STATUS_PAID);
  const paymentId = poisoned?.paymentId ?? '';
  expect((await checkout.shop.payment(paymentId)).status).toBe(PaymentStatus.PAYMENT_STATUS_PENDING);
  expect(await checkout.metrics()).toMatch(/checkout_unsettled_payments [1-9]/);
  Object.assign(poison ?? {}, { status: truth });
  await ended(paymentId, PaymentStatus.PAYMENT_STATUS_PAID);
});

test('a refund whose bank was out of reach says so, and is finished when the bank is back', async () => {
  const payment = await checkout.shop.pay(await newOrder());
  checkout.bank.before = () => {
    throw bankDown;
  };
  const idempotencyKey = randomUUID();
  await expect(checkout.shop.refund(payment, 500n, idempotencyKey)).rejects.toMatchObject({
    code: status.UNAVAILABLE,
    reason: 'transaction_unavailable',
    retryAfterMs: 1_000,
  } satisfies Partial<GrpcRefusal>);
  checkout.bank.heal();
  const refunded = await ended(payment.paymentId, PaymentStatus.PAYMENT_STATUS_PARTIALLY_REFUNDED);
  expect(refunded.refundedCents).toBe(500n);
  expect(await checkout.shop.refund(payment, 500n, idempotencyKey)).toEqual(refunded);
});

test('recoveries are counted by outcome, and nothing stays unsettled', async () => {
  await eventually(async () => {
    const metrics = await checkout.metrics();
    expect(metrics).toMatch(/checkout_recovered_total\{outcome="paid"\} \d+/);
    expect(metrics).toMatch(/checkout_recovered_total\{outcome="failed"\} \d+/);
    expect(metrics).toMatch(/checkout_recovered_total\{outcome="refund_done"\} \d+/);
    expect(metrics).toMatch(/checkout_unsettled_payments 0/);
  });
});
