import { randomUUID } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { OrderStatus, type Payment, PaymentStatus } from '@ipe/contracts/gen/bank/checkout/v1/checkout';
import { GrpcRefusal } from '@ipe/service-kit/refusal';
import { eventually } from '@ipe/testing/eventually';
import { bankDown } from './fake-bank.ts';
import { goodCard, poorCard, startCheckout } from './platform.ts';

let checkout: Awaited<ReturnType<typeof startCheckout>>;
beforeAll(async () => {
  checkout = await startCheckout({ BANK_DEADLINE_MS: '1000' });
  checkout.bank.declines.set(poorCard.number, { reason: 'insufficient_limit', code: '51' });
});
afterAll(() => checkout.close());
afterEach(() => checkout.bank.heal());

async function newOrder(customerId?: string) {
  const { merchantId } = await checkout.shop.merchant();
  return checkout.shop.order(await checkout.shop.product(merchantId), customerId);
}

test('an approved payment is captured in whole, and pays its order', async () => {
  const order = await newOrder();
  const payment = await checkout.shop.pay(order, { installments: 0 });
  expect(payment).toMatchObject({
    status: PaymentStatus.PAYMENT_STATUS_PAID,
    amountCents: 24_690n,
    installments: 1,
    responseCode: '00',
    cardLastFour: '1486',
    declineReason: '',
    currency: 'BRL',
  });
  expect(payment.authorizationCode).toMatch(/^\w{6}$/);
  expect(checkout.bank.charged(order.orderId)).toEqual({ captured: 24_690n, held: 0n });
  const paid = await checkout.shop.readOrder(order.orderId);
  expect(paid).toMatchObject({ status: OrderStatus.ORDER_STATUS_PAID, paymentId: payment.paymentId });
  expect(await checkout.shop.payment(payment.paymentId)).toEqual(payment);
});

test('a declined payment tells why, and its order can be paid by another card', async () => {
  const order = await newOrder();
  const declined = await checkout.shop.pay(order, { card: poorCard });
  expect(declined).toMatchObject({
    status: PaymentStatus.PAYMENT_STATUS_DECLINED,
    declineReason: 'insufficient_limit',
    responseCode: '51',
    authorizationCode: '',
  });
  expect((await checkout.shop.readOrder(order.orderId)).status).toBe(OrderStatus.ORDER_STATUS_CREATED);
  expect((await checkout.shop.pay(order)).status).toBe(PaymentStatus.PAYMENT_STATUS_PAID);
});

test.each([
  ['unknown_card', '14', '4000000000000014'],
  ['expired_card', '54', '4000000000000054'],
  ['wrong_cvv', 'N7', '4000000000000077'],
  ['card_state_unknown', '91', '4000000000000091'],
])('the decline %s is passed on with the response code %s', async (reason, code, number) => {
  checkout.bank.declines.set(number, { reason, code });
  const payment = await checkout.shop.pay(await newOrder(), { card: { ...goodCard, number } });
  expect(payment).toMatchObject({ declineReason: reason, responseCode: code });
});

test('twenty concurrent requests with the same key make one authorisation and get the same answer', async () => {
  const order = await newOrder();
  const before = checkout.bank.transactions.size;
  const idempotencyKey = randomUUID();
  const answers = await Promise.all(Array.from({ length: 20 }, () => checkout.shop.pay(order, { idempotencyKey })));
  expect(answers[0]?.status).toBe(PaymentStatus.PAYMENT_STATUS_PAID);
  for (const answer of answers) expect(answer).toEqual(answers[0]);
  expect(checkout.bank.transactions.size).toBe(before + 1);
});

test('the same key later gives the first answer, even after a refund', async () => {
  const order = await newOrder();
  const idempotencyKey = randomUUID();
  const first = await checkout.shop.pay(order, { idempotencyKey });
  await checkout.shop.refund(first, 100n);
  expect(await checkout.shop.pay(order, { idempotencyKey })).toEqual(first);
});

test.each([
  ['another card number', { card: poorCard }],
  ['another cvv', { card: { ...goodCard, cvv: '124' } }],
  ['another expiry', { card: { ...goodCard, expiryYear: 2032 } }],
  ['other instalments', { installments: 3 }],
])('the same key with %s is refused', async (_what, other) => {
  const order = await newOrder();
  const idempotencyKey = randomUUID();
  await checkout.shop.pay(order, { idempotencyKey });
  await expect(checkout.shop.pay(order, { idempotencyKey, ...other })).rejects.toMatchObject({
    code: status.ALREADY_EXISTS,
    reason: 'idempotency_key_reused',
  });
});

test('a key that has made a payment is told as reused for another order, be it payable, somebody else’s or not there', async () => {
  const idempotencyKey = randomUUID();
  await checkout.shop.pay(await newOrder(), { idempotencyKey });
  const payable = await newOrder();
  const others = await newOrder('cus_bia');
  for (const orderId of [payable.orderId, others.orderId, 'ord_none']) {
    await expect(checkout.shop.pay(payable, { idempotencyKey, orderId })).rejects.toMatchObject({
      reason: 'idempotency_key_reused',
    });
  }
  expect((await checkout.shop.pay(payable)).status).toBe(PaymentStatus.PAYMENT_STATUS_PAID);
});

test('a declined payment repeated under its key is the same decline, though its order can be paid', async () => {
  const order = await newOrder();
  const same = { idempotencyKey: randomUUID(), card: poorCard };
  const first = await checkout.shop.pay(order, same);
  expect(await checkout.shop.pay(order, same)).toEqual(first);
  expect((await checkout.shop.readOrder(order.orderId)).status).toBe(OrderStatus.ORDER_STATUS_CREATED);
});

test('of two keys at once on one order one pays, the other is refused', async () => {
  const order = await newOrder();
  const results = await Promise.allSettled([checkout.shop.pay(order), checkout.shop.pay(order)]);
  const paid = results.filter(({ status }) => status === 'fulfilled');
  const refused = results.filter((result) => result.status === 'rejected');
  expect(paid).toHaveLength(1);
  expect(['order_payment_in_progress', 'order_already_paid']).toContain(refused[0]?.reason.reason);
  expect(checkout.bank.charged(order.orderId)).toEqual({ captured: order.totalCents, held: 0n });
});

test('a second payment is refused while the first is under way, and after it', async () => {
  const order = await newOrder();
  const gate = Promise.withResolvers<void>();
  checkout.bank.before = () => gate.promise;
  const first = checkout.shop.pay(order);
  await eventually(async () => {
    expect((await checkout.shop.readOrder(order.orderId)).status).toBe(OrderStatus.ORDER_STATUS_PAYING);
  });
  await expect(checkout.shop.pay(order)).rejects.toMatchObject({
    code: status.FAILED_PRECONDITION,
    reason: 'order_payment_in_progress',
  });
  gate.resolve();
  await first;
  await expect(checkout.shop.pay(order)).rejects.toMatchObject({
    code: status.FAILED_PRECONDITION,
    reason: 'order_already_paid',
  });
});

test("another customer's order is not found, and neither is one that is not there", async () => {
  const order = await newOrder('cus_ana');
  for (const other of [{ customerId: 'cus_bia' }, { orderId: 'ord_none' }]) {
    await expect(checkout.shop.pay(order, other)).rejects.toMatchObject({
      code: status.NOT_FOUND,
      reason: 'order_not_found',
    });
  }
});

test('what the bank refuses as invalid is told by field, the same again, and the order can be paid', async () => {
  const order = await newOrder();
  const card = { ...goodCard, number: '4000000000000002' };
  checkout.bank.invalidCards.add(card.number);
  const idempotencyKey = randomUUID();
  for (let time = 1; time <= 2; time += 1) {
    await expect(checkout.shop.pay(order, { card, idempotencyKey })).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      reason: 'invalid_request',
      violations: [{ field: 'card.number', description: 'must pass the Luhn check' }],
    });
  }
  expect((await checkout.shop.pay(order)).status).toBe(PaymentStatus.PAYMENT_STATUS_PAID);
});

test('a malformed card is refused by field, without telling what was sent', async () => {
  const order = await newOrder();
  const card = { number: '45395787 63621486', expiryMonth: 13, expiryYear: 31, cvv: '12' };
  const refusal = await checkout.shop.pay(order, { card, installments: 13 }).catch((error: unknown) => error);
  if (!(refusal instanceof GrpcRefusal)) throw new Error('not refused');
  expect(refusal.violations.map(({ field }) => field)).toEqual([
    'card.number',
    'card.expiry_month',
    'card.expiry_year',
    'card.cvv',
    'installments',
  ]);
  expect(JSON.stringify([refusal.message, refusal.violations])).not.toContain('63621486');
});

test('an answer lost after the approval is fetched by the second try under the same key', async () => {
  const order = await newOrder();
  let lost = 0;
  checkout.bank.after = (method) => {
    if (method !== 'authorize' || lost > 0) return;
    lost += 1;
    throw bankDown;
  };
  expect((await checkout.shop.pay(order)).status).toBe(PaymentStatus.PAYMENT_STATUS_PAID);
  expect(checkout.bank.charged(order.orderId)).toEqual({ captured: order.totalCents, held: 0n });
});

test('a payment whose bank is out of reach is answered as pending, to concurrent requests too', async () => {
  const order = await newOrder();
  checkout.bank.before = () => {
    throw bankDown;
  };
  const idempotencyKey = randomUUID();
  const answers: Payment[] = await Promise.all([1, 2, 3].map(() => checkout.shop.pay(order, { idempotencyKey })));
  for (const answer of answers) expect(answer.status).toBe(PaymentStatus.PAYMENT_STATUS_PENDING);
  expect(new Set(answers.map(({ paymentId }) => paymentId)).size).toBe(1);
  expect((await checkout.shop.readOrder(order.orderId)).status).toBe(OrderStatus.ORDER_STATUS_PAYING);
});

test('a bank slower than the caller’s deadline is answered as pending before it, and the payment ends by itself', async () => {
  const order = await newOrder();
  checkout.bank.before = () => new Promise((resolve) => setTimeout(resolve, 700));
  const pending = await checkout.shop.pay(order, {}, 800);
  expect(pending.status).toBe(PaymentStatus.PAYMENT_STATUS_PENDING);
  await eventually(async () => {
    expect((await checkout.shop.payment(pending.paymentId)).status).toBe(PaymentStatus.PAYMENT_STATUS_PAID);
  });
  expect(checkout.bank.charged(order.orderId)).toEqual({ captured: order.totalCents, held: 0n });
});

test('a capture without an answer leaves the payment authorised, and PayOrder answers pending', async () => {
  const order = await newOrder();
  checkout.bank.before = (method) => {
    if (method === 'capture') throw bankDown;
  };
  const payment = await checkout.shop.pay(order);
  expect(payment.status).toBe(PaymentStatus.PAYMENT_STATUS_PENDING);
  const read = await checkout.shop.payment(payment.paymentId);
  expect(read).toMatchObject({ status: PaymentStatus.PAYMENT_STATUS_AUTHORIZED, responseCode: '00' });
});

test('a hold whose capture the bank refuses is given up, and the order can be paid', async () => {
  const order = await newOrder();
  checkout.bank.before = (method) => {
    if (method !== 'capture') return;
    throw new GrpcRefusal({ code: status.FAILED_PRECONDITION, reason: 'account_closed', message: 'closed' });
  };
  const payment = await checkout.shop.pay(order);
  expect(payment).toMatchObject({
    status: PaymentStatus.PAYMENT_STATUS_FAILED,
    declineReason: 'authorization_voided',
  });
  expect(checkout.bank.charged(order.orderId)).toEqual({ captured: 0n, held: 0n });
  checkout.bank.heal();
  expect((await checkout.shop.pay(order)).status).toBe(PaymentStatus.PAYMENT_STATUS_PAID);
});

test('an authorisation that the bank refuses for good fails at once, and the order can be paid', async () => {
  const order = await newOrder();
  checkout.bank.before = (method) => {
    if (method !== 'authorize') return;
    throw new GrpcRefusal({ code: status.NOT_FOUND, reason: 'account_not_found', message: 'no such account' });
  };
  expect((await checkout.shop.pay(order)).status).toBe(PaymentStatus.PAYMENT_STATUS_FAILED);
  checkout.bank.heal();
  expect((await checkout.shop.pay(order)).status).toBe(PaymentStatus.PAYMENT_STATUS_PAID);
});

test('ended payments are counted by status and reason', async () => {
  await checkout.shop.pay(await newOrder(), { card: poorCard });
  const metrics = await checkout.metrics();
  expect(metrics).toMatch(/checkout_payments_total\{status="paid",reason="none"\} \d+/);
  expect(metrics).toMatch(/checkout_payments_total\{status="declined",reason="insufficient_limit"\} \d+/);
  expect(metrics).toMatch(/checkout_payment_seconds_count\{status="paid"\} \d+/);
});
