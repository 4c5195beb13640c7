import { randomUUID } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { AccountType } from '@ipe/contracts/gen/bank/account/v1/account';
import { call } from '@ipe/service-kit/grpc-client';
import { GrpcRefusal } from '@ipe/service-kit/refusal';
import { present, someCnpj, startCheckout } from './platform.ts';

let checkout: Awaited<ReturnType<typeof startCheckout>>;
beforeAll(async () => {
  checkout = await startCheckout();
});
afterAll(() => checkout.close());
afterEach(() => {
  checkout.accounts.before = () => undefined;
});

function listMerchants(pageSize: number, pageToken: string) {
  return call(checkout.client, checkout.client.listMerchants, { pageSize, pageToken }, 5_000);
}

function listProducts(merchantId: string, pageSize: number, pageToken: string) {
  return call(checkout.client, checkout.client.listProducts, { merchantId, pageSize, pageToken }, 5_000);
}

test('a merchant is a customer of the bank with an account for its money', async () => {
  const document = someCnpj();
  const merchant = await checkout.shop.merchant({ document });
  expect(merchant).toMatchObject({ name: 'Loja Ipê', document, mcc: '5411' });
  expect(merchant.merchantId).toMatch(/^mer_/);
  expect(checkout.accounts.customers.get(merchant.customerId)).toMatchObject({ document, caller: 'checkout' });
  const { customerId } = merchant;
  const type = AccountType.ACCOUNT_TYPE_MERCHANT;
  expect(checkout.accounts.accounts.get(merchant.accountId)).toMatchObject({ customerId, type });
  const request = { merchantId: merchant.merchantId };
  const read = await call(checkout.client, checkout.client.getMerchant, request, 5_000);
  expect(read.merchant).toEqual(merchant);
});

test('twenty concurrent registrations with the same key make one merchant and one customer', async () => {
  const same = { idempotencyKey: randomUUID(), document: someCnpj(), email: 'one@loja.example' };
  const customers = checkout.accounts.customers.size;
  const answers = await Promise.all(Array.from({ length: 20 }, () => checkout.shop.merchant(same)));
  for (const answer of answers) expect(answer).toEqual(answers[0]);
  expect(checkout.accounts.customers.size).toBe(customers + 1);
  await expect(checkout.shop.merchant({ ...same, mcc: '5999' })).rejects.toMatchObject({
    code: status.ALREADY_EXISTS,
    reason: 'idempotency_key_reused',
  });
});

test('a registration that broke off between customer and account goes on when it is repeated', async () => {
  const same = { idempotencyKey: randomUUID(), document: someCnpj(), email: 'two@loja.example' };
  checkout.accounts.before = (method) => {
    if (method === 'createCustomer') return;
    throw new GrpcRefusal({ code: status.UNAVAILABLE, reason: 'transaction_unavailable', message: 'down' });
  };
  await expect(checkout.shop.merchant(same)).rejects.toMatchObject({
    code: status.UNAVAILABLE,
    reason: 'account_unavailable',
    retryAfterMs: 1_000,
  });
  checkout.accounts.before = () => undefined;
  const merchant = await checkout.shop.merchant(same);
  expect(checkout.accounts.customers.get(merchant.customerId)).toMatchObject({ document: same.document });
});

test('a company that is the bank’s customer already is refused', async () => {
  const { document } = await checkout.shop.merchant();
  await expect(checkout.shop.merchant({ document })).rejects.toMatchObject({
    code: status.ALREADY_EXISTS,
    reason: 'document_taken',
  });
});

test('a merchant that is not there is not found', async () => {
  const missing = { code: status.NOT_FOUND, reason: 'merchant_not_found' };
  const request = { merchantId: 'mer_none' };
  await expect(call(checkout.client, checkout.client.getMerchant, request, 5_000)).rejects.toMatchObject(missing);
  await expect(checkout.shop.product('mer_none')).rejects.toMatchObject(missing);
  await expect(listProducts('mer_none', 10, '')).rejects.toMatchObject(missing);
});

test('merchants are listed oldest first, page by page', async () => {
  const { merchantId } = await checkout.shop.merchant();
  const seen: string[] = [];
  let pageToken = '';
  do {
    const page = await listMerchants(2, pageToken);
    expect(page.merchants.length).toBeLessThanOrEqual(2);
    seen.push(...page.merchants.map((merchant) => merchant.merchantId));
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  expect(new Set(seen).size).toBe(seen.length);
  expect(seen.at(-1)).toBe(merchantId);
});

test('a sku is unique in its shop, and free in another', async () => {
  const [one, other] = await Promise.all([checkout.shop.merchant(), checkout.shop.merchant()]);
  const product = await checkout.shop.product(one.merchantId, 500n, 'CAFE-250');
  expect(product).toMatchObject({ merchantId: one.merchantId, sku: 'CAFE-250', priceCents: 500n });
  await expect(checkout.shop.product(one.merchantId, 600n, 'CAFE-250')).rejects.toMatchObject({
    code: status.ALREADY_EXISTS,
    reason: 'sku_taken',
  });
  expect((await checkout.shop.product(other.merchantId, 600n, 'CAFE-250')).priceCents).toBe(600n);
});

test('twenty concurrent products with the same key make one, and another body is refused', async () => {
  const { merchantId } = await checkout.shop.merchant();
  const request = { caller: 't', idempotencyKey: randomUUID(), merchantId, sku: 'A', name: 'Chá', priceCents: 900n };
  const add = (priceCents: bigint) =>
    call(checkout.client, checkout.client.createProduct, { ...request, priceCents }, 10_000);
  const answers = await Promise.all(Array.from({ length: 20 }, () => add(900n)));
  for (const answer of answers) expect(answer).toEqual(answers[0]);
  expect((await listProducts(merchantId, 0, '')).products).toHaveLength(1);
  await expect(add(901n)).rejects.toMatchObject({ reason: 'idempotency_key_reused' });
});

test('products are listed by sku, page by page, and only of their shop', async () => {
  const { merchantId } = await checkout.shop.merchant();
  for (const sku of ['C', 'A', 'B']) await checkout.shop.product(merchantId, 100n, sku);
  const first = await listProducts(merchantId, 2, '');
  expect(first.products.map(({ sku }) => sku)).toEqual(['A', 'B']);
  const second = await listProducts(merchantId, 2, first.nextPageToken);
  expect(second.products.map(({ sku }) => sku)).toEqual(['C']);
  expect(second.nextPageToken).toBe('');
  const other = present(await checkout.shop.merchant()).merchantId;
  expect((await listProducts(other, 2, first.nextPageToken)).products).toEqual([]);
});
