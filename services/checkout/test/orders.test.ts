import { randomUUID } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import type { CreateOrderRequest, Order, Product } from '@ipe/contracts/gen/bank/checkout/v1/checkout';
import { OrderStatus } from '@ipe/contracts/gen/bank/checkout/v1/checkout';
import { derivedId } from '@ipe/dynamodb/derived-id';
import { call } from '@ipe/service-kit/grpc-client';
import { present, startCheckout } from './platform.ts';

let checkout: Awaited<ReturnType<typeof startCheckout>>;
let merchantId: string;
let product: Product;
beforeAll(async () => {
  checkout = await startCheckout();
  merchantId = (await checkout.shop.merchant()).merchantId;
  product = await checkout.shop.product(merchantId, 1_999n);
});
afterAll(() => checkout.close());

async function place(more: Partial<CreateOrderRequest>): Promise<Order> {
  const items = [{ productId: product.productId, quantity: 1 }];
  const request = { caller: 't', idempotencyKey: randomUUID(), customerId: 'cus_ana', merchantId, items, ...more };
  return present((await call(checkout.client, checkout.client.createOrder, request, 10_000)).order);
}

function get(orderId: string, customerId: string, ofMerchant: string) {
  const request = { orderId, customerId, merchantId: ofMerchant };
  return call(checkout.client, checkout.client.getOrder, request, 5_000);
}

test('an order keeps the names and prices of its moment, and their exact total', async () => {
  const dear = await checkout.shop.product(merchantId, 9_007_199_254n);
  const items = [
    { productId: product.productId, quantity: 3 },
    { productId: dear.productId, quantity: 1000 },
  ];
  const order = await place({ items });
  expect(order).toMatchObject({
    status: OrderStatus.ORDER_STATUS_CREATED,
    totalCents: 9_007_199_259_997n,
    currency: 'BRL',
    paymentId: '',
    items: [
      { name: 'Café', priceCents: 1_999n, quantity: 3 },
      { name: 'Café', priceCents: 9_007_199_254n, quantity: 1000 },
    ],
  });
  expect(await checkout.shop.readOrder(order.orderId)).toEqual(order);
});

test('twenty concurrent orders with the same key make one, and another body is refused', async () => {
  const idempotencyKey = randomUUID();
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => place({ idempotencyKey, customerId: 'cus_twenty' })),
  );
  for (const answer of answers) expect(answer).toEqual(answers[0]);
  const page = { customerId: 'cus_twenty', pageSize: 0, pageToken: '' };
  expect((await call(checkout.client, checkout.client.listOrders, page, 5_000)).orders).toHaveLength(1);
  await expect(place({ idempotencyKey, customerId: 'cus_other' })).rejects.toMatchObject({
    code: status.ALREADY_EXISTS,
    reason: 'idempotency_key_reused',
  });
});

test('a key that has made an order is told as reused, also where the other body would be refused by itself', async () => {
  const idempotencyKey = randomUUID();
  await place({ idempotencyKey });
  const items = [{ productId: 'prd_none', quantity: 1 }];
  for (const other of [{ merchantId: 'mer_none' }, { items }]) {
    await expect(place({ idempotencyKey, ...other })).rejects.toMatchObject({ reason: 'idempotency_key_reused' });
  }
});

test('a product that was not there is found as soon as it is', async () => {
  const idempotencyKey = randomUUID();
  const write = { caller: 't', idempotencyKey, merchantId, sku: idempotencyKey, name: 'Chá', priceCents: 500n };
  const items = [{ productId: derivedId('prd', { caller: 't', key: idempotencyKey }), quantity: 1 }];
  await expect(place({ items })).rejects.toMatchObject({ reason: 'invalid_request' });
  await call(checkout.client, checkout.client.createProduct, write, 5_000);
  expect((await place({ items })).totalCents).toBe(500n);
});

test('a repeated order is answered as at first, also when it was paid meanwhile', async () => {
  const idempotencyKey = randomUUID();
  const order = await place({ idempotencyKey });
  await checkout.shop.pay(order);
  expect(await place({ idempotencyKey })).toEqual(order);
});

test('an order at an unknown merchant, or of another shop’s product, is refused', async () => {
  await expect(place({ merchantId: 'mer_none' })).rejects.toMatchObject({
    code: status.NOT_FOUND,
    reason: 'merchant_not_found',
  });
  const other = await checkout.shop.merchant();
  await expect(place({ merchantId: other.merchantId })).rejects.toMatchObject({
    code: status.INVALID_ARGUMENT,
    violations: [{ field: 'items[0].product_id', description: 'must be a product of this merchant' }],
  });
});

test('an order whose total is more than the bank moves at once is refused', async () => {
  const dear = await checkout.shop.product(merchantId, 9_999_999_999_999n);
  await expect(place({ items: [{ productId: dear.productId, quantity: 1000 }] })).rejects.toMatchObject({
    code: status.INVALID_ARGUMENT,
    violations: [{ field: 'items', description: 'must total at most 9999999999999 cents' }],
  });
});

test('an order is found by its customer and by its merchant, and by nobody else', async () => {
  const { orderId } = await place({});
  expect((await get(orderId, 'cus_ana', '')).order?.orderId).toBe(orderId);
  expect((await get(orderId, '', merchantId)).order?.orderId).toBe(orderId);
  for (const [customerId, ofMerchant] of [
    ['cus_bia', ''],
    ['', 'mer_other'],
    ['cus_ana', 'mer_other'],
  ] as const) {
    await expect(get(orderId, customerId, ofMerchant)).rejects.toMatchObject({
      code: status.NOT_FOUND,
      reason: 'order_not_found',
    });
  }
});

test('orders are listed newest first, page by page, and only their customer’s', async () => {
  const placed: string[] = [];
  for (let count = 0; count < 5; count += 1) placed.push((await place({ customerId: 'cus_lists' })).orderId);
  const seen: string[] = [];
  let pageToken = '';
  do {
    const request = { customerId: 'cus_lists', pageSize: 2, pageToken };
    const page = await call(checkout.client, checkout.client.listOrders, request, 5_000);
    seen.push(...page.orders.map(({ orderId }) => orderId));
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  expect([...seen].sort()).toEqual([...placed].sort());
  expect(seen[0]).toBe(placed.at(-1));
  expect(seen.at(-1)).toBe(placed[0]);
});
