import { randomUUID } from 'node:crypto';
import { PaymentStatus } from '@ipe/contracts/gen/bank/checkout/v1/checkout';
import { poorCard, startCheckout } from './platform.ts';

let checkout: Awaited<ReturnType<typeof startCheckout>>;
let requests: string[] = [];
beforeAll(async () => {
  checkout = await startCheckout();
  checkout.bank.declines.set(poorCard.number, { reason: 'insufficient_limit', code: '51' });
  checkout.store.middlewareStack.add(
    (next, { commandName = '' }) =>
      (request) => {
        // Recovery alone queries here, and that comes with time, not with orders.
        if (commandName !== 'QueryCommand') requests.push(commandName);
        return next(request);
      },
    { step: 'initialize' },
  );
});
afterAll(() => checkout.close());

/** An order's product, in a shop of its own. */
async function newProduct() {
  const { merchantId } = await checkout.shop.merchant();
  return checkout.shop.product(merchantId);
}

/** What a piece of work answers, and what it asks of the store. */
async function watch<T>(work: () => Promise<T>): Promise<{ answer: T; asked: string[] }> {
  requests = [];
  const answer = await work();
  return { answer, asked: requests };
}

const begun = ['GetItemCommand', 'TransactWriteItemsCommand'];
const ended = 'TransactWriteItemsCommand';

test.each([
  ['paid', undefined, PaymentStatus.PAYMENT_STATUS_PAID],
  ['declined', poorCard, PaymentStatus.PAYMENT_STATUS_DECLINED],
])('an order takes one request to the store, and its payment, when %s, three', async (_end, card, status) => {
  const product = await newProduct();
  await checkout.shop.order(product);
  const order = await watch(() => checkout.shop.order(product));
  expect(order.asked).toEqual(['PutItemCommand']);
  const payment = await watch(() => checkout.shop.pay(order.answer, card ? { card } : {}));
  expect(payment.answer.status).toBe(status);
  expect(payment.asked).toEqual([...begun, ended]);
});

test('the first order of a product reads it, as no replica has seen it yet', async () => {
  const product = await newProduct();
  const { asked } = await watch(() => checkout.shop.order(product));
  expect(asked).toEqual(['BatchGetItemCommand', 'PutItemCommand']);
});

test('a repeated payment takes two reads and writes nothing', async () => {
  const order = await checkout.shop.order(await newProduct());
  const idempotencyKey = randomUUID();
  const first = await checkout.shop.pay(order, { idempotencyKey });
  const repeated = await watch(() => checkout.shop.pay(order, { idempotencyKey }));
  expect(repeated.answer).toEqual(first);
  expect(repeated.asked).toEqual(['GetItemCommand', 'GetItemCommand']);
});
