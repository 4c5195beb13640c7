import { PaymentStatus } from '@ipe/contracts/gen/bank/checkout/v1/checkout';
import { parseRequest } from '@ipe/service-kit/grpc-request';
import { GrpcRefusal } from '@ipe/service-kit/refusal';
import { AnswerWithin } from './answer-by.ts';
import { toPageRequest, toPageToken } from './page.ts';
import { createMerchantSchema, createOrderSchema, createProductSchema, listPaymentsSchema } from './requests.ts';

const write = { caller: 't', idempotencyKey: 'k' };
const merchant = { ...write, name: 'Loja Ipê', document: '11.222.333/0001-81', email: 'a@b.example', mcc: '5411' };
const order = { ...write, customerId: 'cus_1', merchantId: 'mer_1', items: [{ productId: 'prd_1', quantity: 1 }] };
const product = { ...write, merchantId: 'mer_1', sku: 'A-1', name: 'Café', priceCents: 1n };

function fieldsRefused(work: () => unknown): string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof GrpcRefusal) return error.violations.map(({ field }) => field);
    throw error;
  }
  return [];
}

test('a CNPJ is read with its punctuation, one with letters too, and kept without it', () => {
  expect(parseRequest(createMerchantSchema, merchant).document).toBe('11222333000181');
  expect(parseRequest(createMerchantSchema, { ...merchant, document: '12.ABC.345/01DE-35' }).document).toBe(
    '12ABC34501DE35',
  );
});

test.each(['11222333000180', '529.982.247-25', '', '1'.repeat(100)])('the document %p is refused', (document) => {
  expect(fieldsRefused(() => parseRequest(createMerchantSchema, { ...merchant, document }))).toEqual(['document']);
});

test.each([
  [{ name: 'A' }, 'name'],
  [{ name: 'A\u0007B' }, 'name'],
  [{ email: 'nobody' }, 'email'],
  [{ mcc: '54' }, 'mcc'],
  [{ idempotencyKey: '' }, 'idempotency_key'],
  [{ idempotencyKey: 'x'.repeat(129) }, 'idempotency_key'],
])('a merchant with %p is refused', (wrong, field) => {
  expect(fieldsRefused(() => parseRequest(createMerchantSchema, { ...merchant, ...wrong }))).toEqual([field]);
});

test.each([
  [{ priceCents: 0n }, 'price_cents'],
  [{ priceCents: -1n }, 'price_cents'],
  [{ priceCents: 10_000_000_000_000n }, 'price_cents'],
  [{ sku: '' }, 'sku'],
  [{ sku: 'x'.repeat(41) }, 'sku'],
  [{ name: 'x'.repeat(121) }, 'name'],
])('a product with %p is refused', (wrong, field) => {
  expect(fieldsRefused(() => parseRequest(createProductSchema, { ...product, ...wrong }))).toEqual([field]);
});

test.each([
  [[], 'items'],
  [[{ productId: 'prd_1', quantity: 0 }], 'items[0].quantity'],
  [[{ productId: 'prd_1', quantity: 1001 }], 'items[0].quantity'],
  [[order.items[0], order.items[0]], 'items'],
  [Array.from({ length: 51 }, (_, place) => ({ productId: `prd_${place}`, quantity: 1 })), 'items'],
])('an order with the lines %p is refused', (items, field) => {
  expect(fieldsRefused(() => parseRequest(createOrderSchema, { ...order, items }))).toEqual([field]);
});

test('payments are filtered by a known status, or not at all', () => {
  const request = { merchantId: 'mer_1', pageSize: 0, pageToken: '' };
  const parse = (status: number) => parseRequest(listPaymentsSchema, { ...request, status });
  expect(parse(PaymentStatus.PAYMENT_STATUS_UNSPECIFIED)).toMatchObject({ status: undefined, pageSize: 50 });
  expect(parse(PaymentStatus.PAYMENT_STATUS_DECLINED).status).toBe('declined');
  expect(fieldsRefused(() => parse(99))).toEqual(['status']);
  expect(fieldsRefused(() => parse(PaymentStatus.UNRECOGNIZED))).toEqual(['status']);
});

test('a page token leads to where the page before ended; any other text is refused', () => {
  const next = { at: '2026-11-21T12:00:00.000Z#ord_1', id: 'ord_1' };
  expect(toPageRequest({ pageSize: 10, pageToken: toPageToken(next) })).toEqual({ size: 10, after: next });
  expect(toPageRequest({ pageSize: 10, pageToken: '' })).toEqual({ size: 10, after: undefined });
  const forged = (cursor: unknown): string => Buffer.from(JSON.stringify(cursor)).toString('base64url');
  for (const pageToken of ['x', forged({}), forged({ at: '', id: 'a' }), forged({ at: 'x'.repeat(201), id: 'a' })]) {
    expect(fieldsRefused(() => toPageRequest({ pageSize: 10, pageToken }))).toEqual(['page_token']);
  }
});

test('an answer is due within the service’s own time, and before an earlier deadline of the caller', () => {
  const within = new AnswerWithin(8_000);
  const inMs = (due: Date): number => due.getTime() - Date.now();
  expect(inMs(within.by(Number.POSITIVE_INFINITY))).toBeGreaterThan(7_900);
  expect(inMs(within.by(new Date(Date.now() + 1_000)))).toBeLessThanOrEqual(750);
});
