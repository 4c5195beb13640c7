import { dynamoClient } from '@ipe/dynamodb/client';
import { cents } from '@ipe/money/cents';
import { uniqueName } from '@ipe/testing/unique-name';
import { Logger } from '@nestjs/common';
import { GrpcBankCore } from '../src/adapters/bank/grpc-bank-core.ts';
import { CheckoutTable } from '../src/adapters/dynamodb/checkout-table.ts';
import type { Order } from '../src/domain/order.ts';
import { FakeBank } from './fake-bank.ts';
import { instance, Life, someOrder } from './instance.ts';
import { dropTable, goodCard, poorCard, testConfig } from './platform.ts';

const bank = new FakeBank();
let core: GrpcBankCore;
let table: CheckoutTable;
let clear: () => Promise<void>;

beforeAll(async () => {
  // Each death is told in the log; here that would only be noise.
  Logger.overrideLogger(false);
  const address = await bank.start();
  const config = testConfig({ TRANSACTION_ADDRESS: address, ACCOUNT_ADDRESS: address });
  core = new GrpcBankCore(address, 2_000);
  table = new CheckoutTable(dynamoClient(config), config.TABLE_PREFIX);
  await table.onModuleInit();
  bank.declines.set(poorCard.number, { reason: 'insufficient_limit', code: '51' });
  clear = () => dropTable(config);
});
afterAll(async () => {
  core.onApplicationShutdown();
  bank.stop();
  await clear();
  table.onApplicationShutdown();
});

/** Pays in a process that dies after so many steps; tells whether it did. */
async function payAndDie(order: Order, steps: number, card = goodCard): Promise<boolean> {
  const life = new Life(steps);
  await pay(order, card, instance(table, core, life)).catch(() => undefined);
  return life.died;
}

function pay(order: Order, card = goodCard, process = instance(table, core)) {
  const write = { caller: 'deaths', key: uniqueName('key') };
  const { orderId, customerId } = order;
  const answerBy = new Date(Date.now() + 5_000);
  return process.payOrder.execute({ write, orderId, customerId, card, installments: 1, answerBy });
}

/** Runs recovery in a process that dies after so many steps; tells whether it did. */
async function recoverAndDie(steps: number): Promise<boolean> {
  const life = new Life(steps);
  await instance(table, core, life)
    .recovery.execute(-1_000)
    .catch(() => undefined);
  return life.died;
}

/** Never both charged and unpaid, never paid and uncharged, never something held for ever. */
async function expectWhole(order: Order): Promise<'paid' | 'created'> {
  const { orders, payments } = instance(table, core);
  const found = await orders.find(order.orderId);
  const paid = found?.status === 'paid';
  expect(found?.status).toBe(paid ? 'paid' : 'created');
  expect(bank.charged(order.orderId)).toEqual({ captured: paid ? order.total : 0n, held: 0n });
  if (found?.paymentId) {
    const payment = await payments.find(found.paymentId);
    expect(paid ? ['paid'] : ['failed', 'declined']).toContain(payment?.status);
  }
  return paid ? 'paid' : 'created';
}

/** Orders that a process left behind by dying at each step in turn, until it gets through alive. */
async function dieAtEachStep(card = goodCard): Promise<Order[]> {
  const orders: Order[] = [];
  for (let steps = 0; ; steps += 1) {
    const order = await someOrder(table, uniqueName('ord'));
    orders.push(order);
    if (!(await payAndDie(order, steps, card))) return orders;
  }
}

test('an order whose checkout died at any step is whole after one recovery, and is paid or can be', async () => {
  const orders = await dieAtEachStep();
  // Reads, begin, authorise, capture, settle: fewer steps would mean that deaths were not tried between them.
  expect(orders.length).toBeGreaterThanOrEqual(7);
  await recoverAndDie(Number.POSITIVE_INFINITY);
  const ends: string[] = [];
  for (const order of orders) {
    ends.push(await expectWhole(order));
    const again = await pay(order);
    if (ends.at(-1) === 'paid') expect(again).toMatchObject({ kind: 'refused', refusal: 'order_already_paid' });
    else expect(again).toMatchObject({ kind: 'done', payment: { status: 'paid' } });
    expect(await expectWhole(order)).toBe('paid');
  }
  expect(ends).toContain('created');
  expect(ends.filter((end) => end === 'paid').length).toBeGreaterThanOrEqual(3);
});

test('a declined payment whose checkout died at any step is declined or failed, and charges nothing', async () => {
  const orders = await dieAtEachStep(poorCard);
  await recoverAndDie(Number.POSITIVE_INFINITY);
  for (const order of orders) expect(await expectWhole(order)).toBe('created');
});

test('a recovery that dies itself at any step is finished by the next one, wherever the payment had died', async () => {
  let deaths = 0;
  for (let paySteps = 0, payDied = true; payDied; paySteps += 1) {
    for (let recoverySteps = 0, recoveryDied = true; recoveryDied; recoverySteps += 1) {
      const order = await someOrder(table, uniqueName('ord'));
      payDied = await payAndDie(order, paySteps);
      recoveryDied = await recoverAndDie(recoverySteps);
      await recoverAndDie(Number.POSITIVE_INFINITY);
      await expectWhole(order);
      if (recoveryDied) deaths += 1;
    }
  }
  expect(deaths).toBeGreaterThanOrEqual(30);
});

test('replicas that recover at the same time write each end once', async () => {
  const orders = await dieAtEachStep();
  const replicas = [1, 2, 3].map(() => instance(table, core));
  await Promise.all(replicas.map(({ recovery }) => recovery.execute(-1_000)));
  for (const order of orders) await expectWhole(order);
  const { payments } = instance(table, core);
  const begun = await payments.list('mer_deaths', undefined, { size: 100, after: undefined });
  const ids = new Set(orders.map(({ orderId }) => orderId));
  const recovered = begun.items.filter(({ orderId }) => ids.has(orderId)).length - 1;
  expect(replicas.flatMap(({ metrics }) => metrics.ends)).toHaveLength(recovered);
  expect(replicas[0]?.metrics.unsettledCount).toBe(0);
});

test('a refund whose checkout died at any step is finished by recovery, at the bank and here alike', async () => {
  for (let steps = 0, died = true; died; steps += 1) {
    const order = await someOrder(table, uniqueName('ord'));
    const paid = await pay(order);
    if (paid.kind !== 'done') throw new Error('not paid');
    const { paymentId, merchantId } = paid.payment;
    const write = { caller: 'deaths', key: uniqueName('key') };
    const life = new Life(steps);
    const wish = { write, paymentId, merchantId, amount: cents(4_000n) };
    await instance(table, core, life)
      .refundPayment.execute(wish)
      .catch(() => undefined);
    died = life.died;

    const next = instance(table, core);
    await next.recovery.execute(-1_000);
    const payment = await next.payments.find(paymentId);
    expect(bank.charged(order.orderId).captured).toBe(order.total - (payment?.refunded ?? 0n));
    expect(payment?.reserved).toBe(payment?.refunded);
    expect(await next.refundPayment.execute(wish)).toMatchObject({ kind: 'done', payment: { refunded: 4_000n } });
    expect(bank.charged(order.orderId).captured).toBe(6_000n);
  }
});
