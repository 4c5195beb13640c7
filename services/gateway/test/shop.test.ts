import { status } from '@grpc/grpc-js';
import { Payment, PaymentStatus } from '@ipe/contracts/gen/bank/checkout/v1/checkout';
import { GrpcRefusal, notFound } from '@ipe/service-kit/refusal';
import { GatewayUnderTest } from './gateway-under-test.ts';
import { merchant, order, payment } from './samples.ts';

let bank: GatewayUnderTest;
let ana: string;
let shop: string;
beforeAll(async () => {
  bank = await GatewayUnderTest.start();
  ana = await bank.issuer.customer('cus_ana');
  shop = await bank.issuer.merchant('mer_1');
  bank.checkout.answer({
    listMerchants: () => ({ merchants: [merchant], nextPageToken: '' }),
    getMerchant: () => ({ merchant }),
    listProducts: ({ merchantId }) => {
      if (merchantId !== 'mer_1') throw notFound('merchant');
      return {
        products: [{ productId: 'prd_1', merchantId, sku: 'livro', name: 'Livro', priceCents: 8_990n }],
        nextPageToken: '',
      };
    },
    createProduct: ({ merchantId, sku, name, priceCents }) => ({
      product: { productId: 'prd_1', merchantId, sku, name, priceCents },
    }),
    createOrder: () => ({ order }),
    listOrders: () => ({ orders: [order], nextPageToken: '' }),
    getOrder: ({ customerId, merchantId }) => {
      if (customerId !== 'cus_ana' && merchantId !== 'mer_1') throw notFound('order');
      return { order };
    },
    payOrder: () => ({ payment }),
    getPayment: () => ({ payment }),
    listPayments: () => ({ payments: [payment], nextPageToken: '' }),
    refundPayment: () => ({
      payment: { ...payment, refundedCents: 500n, status: PaymentStatus.PAYMENT_STATUS_PARTIALLY_REFUNDED },
    }),
  });
});
afterAll(() => bank.stop());

const card = { number: '6505160000000009', expiryMonth: 11, expiryYear: 2031, cvv: '123' };
const pay = (body: object = { card, installments: 3 }, key?: string) =>
  bank.post('/v1/orders/ord_1/payments', body, { token: ana, ...(key ? { key } : {}) });
const answerPayment = (change: Partial<Payment>) =>
  bank.checkout.answer({ payOrder: () => ({ payment: Payment.fromPartial({ ...payment, ...change }) }) });

test('anybody sees the shops and their products, without the account that gets the money', async () => {
  const shops = await bank.get('/v1/merchants');
  expect(shops.body.data).toEqual([
    {
      merchantId: 'mer_1',
      name: 'Livraria Ipê Amarelo',
      document: '12ABC34501DE35',
      mcc: '5942',
      createdAt: '2026-11-21T12:00:00.000Z',
    },
  ]);
  const products = await bank.get('/v1/merchants/mer_1/products');
  expect(products.body.data[0]).toMatchObject({ productId: 'prd_1', price: '89.90' });
  const unknown = await bank.get('/v1/merchants/mer_9/products');
  expect([unknown.status, unknown.body.code]).toEqual([404, 'merchant_not_found']);
});

test('a merchant adds products to its own shop and sees its own record; another’s is 404', async () => {
  const body = { sku: 'livro', name: 'Livro', price: '89.90' };
  const added = await bank.post('/v1/merchants/mer_1/products', body, { token: shop, key: 'p-1' });
  expect([added.status, added.body.price]).toEqual([201, '89.90']);
  expect(bank.checkout.asked('createProduct').at(-1)).toMatchObject({
    caller: 'client:client-of-mer_1',
    priceCents: 8_990n,
  });
  expect((await bank.get('/v1/merchants/mer_1', { token: shop })).body.accountId).toBe('acc_shop');
  const asked = bank.checkout.requests.length;
  const others = [
    await bank.post('/v1/merchants/mer_2/products', body, { token: shop }),
    await bank.get('/v1/merchants/mer_2', { token: shop }),
    await bank.get('/v1/merchants/mer_2/payments', { token: shop }),
  ];
  for (const answer of others) expect([answer.status, answer.body.code]).toEqual([404, 'merchant_not_found']);
  expect(bank.checkout.requests.length).toBe(asked);
});

test('a customer orders, and sees own orders; the merchant sees the shop’s, others none', async () => {
  const body = { merchantId: 'mer_1', items: [{ productId: 'prd_1', quantity: 2 }] };
  const created = await bank.post('/v1/orders', body, { token: ana, key: 'o-1' });
  expect([created.status, created.body.total, created.body.status]).toEqual([201, '179.80', 'created']);
  expect(bank.checkout.asked('createOrder').at(-1)).toEqual({
    ...body,
    caller: 'customer:cus_ana',
    idempotencyKey: 'o-1',
    customerId: 'cus_ana',
  });
  expect((await bank.get('/v1/orders', { token: ana })).body.data).toHaveLength(1);
  expect((await bank.get('/v1/orders/ord_1', { token: shop })).status).toBe(200);
  expect(bank.checkout.asked('getOrder').at(-1)).toEqual({ orderId: 'ord_1', customerId: '', merchantId: 'mer_1' });
  const bea = await bank.get('/v1/orders/ord_1', { token: await bank.issuer.customer('cus_bea') });
  expect([bea.status, bea.body.code]).toEqual([404, 'order_not_found']);
});

test('a paid order is 201 with the authorisation code', async () => {
  answerPayment({});
  const answer = await pay({ card, installments: 3, amount: '179.80', currency: 'BRL' }, 'pay-1');
  expect(answer.status).toBe(201);
  expect(answer.body).toMatchObject({
    status: 'paid',
    authorizationCode: 'A1B2C3',
    responseCode: '00',
    installments: 3,
  });
  expect(bank.checkout.asked('payOrder').at(-1)).toEqual({
    caller: 'customer:cus_ana',
    idempotencyKey: 'pay-1',
    orderId: 'ord_1',
    customerId: 'cus_ana',
    card,
    installments: 3,
  });
});

test.each([PaymentStatus.PAYMENT_STATUS_PENDING, PaymentStatus.PAYMENT_STATUS_AUTHORIZED])(
  'a payment in state %i is 202 with where to look',
  async (state) => {
    answerPayment({ status: state });
    const answer = await pay();
    expect([answer.status, answer.headers.get('location')]).toEqual([202, '/v1/payments/pay_1']);
  },
);

test.each([
  ['insufficient_limit', '51'],
  ['unknown_card', '14'],
  ['expired_card', '54'],
  ['wrong_cvv', 'N7'],
  ['card_locked', '62'],
  ['card_blocked', '62'],
  ['card_lost', '41'],
  ['card_stolen', '43'],
  ['card_cancelled', '57'],
  ['account_closed', '46'],
  ['account_frozen', '62'],
  ['card_state_unknown', '91'],
])('the decline %s is 402 with the response code %s', async (declineReason, responseCode) => {
  answerPayment({ status: PaymentStatus.PAYMENT_STATUS_DECLINED, declineReason, responseCode, authorizationCode: '' });
  const answer = await pay();
  expect(answer.status).toBe(402);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect(answer.body).toMatchObject({
    code: declineReason,
    responseCode,
    paymentId: 'pay_1',
    orderId: 'ord_1',
    transactionId: 'txn_1',
  });
  expect(JSON.stringify(answer.body)).not.toContain(card.number);
});

test('a payment that never reached the bank is 502 payment_failed', async () => {
  answerPayment({ status: PaymentStatus.PAYMENT_STATUS_FAILED, transactionId: '' });
  const answer = await pay();
  expect(answer.body).toMatchObject({ status: 502, code: 'payment_failed', paymentId: 'pay_1' });
});

test('an order that is paid already is 409', async () => {
  bank.checkout.answer({
    payOrder: () => {
      throw new GrpcRefusal({ code: status.FAILED_PRECONDITION, reason: 'order_already_paid', message: 'paid' });
    },
  });
  const answer = await pay();
  expect([answer.status, answer.body.code]).toEqual([409, 'order_already_paid']);
});

test('a payment is seen by its customer and its merchant, and listed by state', async () => {
  await bank.get('/v1/payments/pay_1', { token: ana });
  expect(bank.checkout.asked('getPayment').at(-1)).toEqual({
    paymentId: 'pay_1',
    customerId: 'cus_ana',
    merchantId: '',
  });
  await bank.get('/v1/payments/pay_1', { token: shop });
  expect(bank.checkout.asked('getPayment').at(-1)).toEqual({ paymentId: 'pay_1', customerId: '', merchantId: 'mer_1' });
  const operator = await bank.get('/v1/payments/pay_1', { token: await bank.issuer.operator('payments:read') });
  expect(operator.status).toBe(403);
  const listed = await bank.get('/v1/merchants/mer_1/payments?status=declined', { token: shop });
  expect(listed.body.data).toHaveLength(1);
  expect(bank.checkout.asked('listPayments').at(-1)).toMatchObject({ status: PaymentStatus.PAYMENT_STATUS_DECLINED });
});

test('a merchant refunds a part, or all that is left', async () => {
  const part = await bank.post('/v1/payments/pay_1/refunds', { amount: '5.00' }, { token: shop });
  expect(part.body).toMatchObject({ refunded: '5.00', status: 'partially_refunded' });
  expect(bank.checkout.asked('refundPayment').at(-1)).toMatchObject({ merchantId: 'mer_1', amountCents: 500n });
  expect((await bank.post('/v1/payments/pay_1/refunds', {}, { token: shop })).status).toBe(201);
  expect(bank.checkout.asked('refundPayment').at(-1)).toMatchObject({ amountCents: 0n });
  expect((await bank.post('/v1/payments/pay_1/refunds', { amount: '0.00' }, { token: shop })).status).toBe(400);
  expect((await bank.post('/v1/payments/pay_1/refunds', {}, { token: ana })).status).toBe(403);
});
