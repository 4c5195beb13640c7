import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { journey } from '../support/journey.ts';
import type { Customer, Secrets, Shop } from '../support/world.ts';

const { world } = journey();
let customer: Customer;
let shop: Shop;
beforeAll(async () => {
  [customer, shop] = await Promise.all([world.customer(), world.shop('100.00')]);
});

async function declined(secrets: Secrets, quantity = 1) {
  const { orderId } = await world.order(customer, shop, quantity);
  const { status, data } = await world.pay(customer, orderId, secrets);
  return { status, code: data.code, responseCode: data.responseCode };
}

const wrongCvv = (secrets: Secrets): Secrets => ({
  ...secrets,
  cvv: String((Number(secrets.cvv) + 1) % 1000).padStart(3, '0'),
});

test('insufficient limit is 51, and the order can then be paid by another card', async () => {
  const small = await world.card(customer, '99.99');
  const { orderId } = await world.order(customer, shop, 1);
  const first = await world.pay(customer, orderId, small.secrets);
  expect(first).toMatchObject({ status: 402, data: { code: 'insufficient_limit', responseCode: '51' } });
  const large = await world.card(customer, '100.00');
  expect(await world.pay(customer, orderId, large.secrets)).toMatchObject({ status: 201, data: { status: 'paid' } });
});

test('the whole limit can be spent, and not a cent more', async () => {
  const card = await world.card(customer, '100.00');
  expect((await world.buy(customer, shop, card)).status).toBe(201);
  expect(await declined(card.secrets)).toEqual({ status: 402, code: 'insufficient_limit', responseCode: '51' });
});

test('a blocked card is declined with the next authorisation, and pays again when unblocked', async () => {
  const card = await world.card(customer);
  await customer.api.post(`/v1/cards/${card.cardId}/block`, { reason: 'holder' });
  expect(await declined(card.secrets)).toEqual({ status: 402, code: 'card_blocked', responseCode: '62' });
  await customer.api.post(`/v1/cards/${card.cardId}/unblock`, {});
  expect((await world.buy(customer, shop, card)).status).toBe(201);
});

test.each([
  ['lost', 'card_lost', '41'],
  ['stolen', 'card_stolen', '43'],
])('a card reported %s is declined for good', async (reason, code, responseCode) => {
  const card = await world.card(customer);
  await customer.api.post(`/v1/cards/${card.cardId}/block`, { reason });
  expect(await declined(card.secrets)).toEqual({ status: 402, code, responseCode });
  await expect(customer.api.post(`/v1/cards/${card.cardId}/unblock`, {})).rejects.toMatchObject({ status: 409 });
});

test('an expired card is 54', async () => {
  const card = await world.card(customer, '1000.00', new Date(Date.now() + 1_500));
  await wait(1_600);
  expect(await declined(card.secrets)).toEqual({ status: 402, code: 'expired_card', responseCode: '54' });
});

test('an expiry date that is not the card’s is 54', async () => {
  const { secrets } = await world.card(customer);
  const other = { ...secrets, expiryMonth: (secrets.expiryMonth % 12) + 1 };
  expect(await declined(other)).toEqual({ status: 402, code: 'expired_card', responseCode: '54' });
});

test('a wrong CVV is N7, three in a row lock the card, and the right one does not help then', async () => {
  const card = await world.card(customer);
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    expect(await declined(wrongCvv(card.secrets))).toEqual({ status: 402, code: 'wrong_cvv', responseCode: 'N7' });
  }
  expect(await declined(card.secrets)).toEqual({ status: 402, code: 'card_locked', responseCode: '62' });
});

test('an unknown card is 14', async () => {
  const card = { number: '6505169999999998', expiryMonth: 1, expiryYear: 2031, cvv: '123' };
  expect(await declined(card)).toEqual({ status: 402, code: 'unknown_card', responseCode: '14' });
});

test('a card on a closed account is 46', async () => {
  const card = await world.card(customer);
  await customer.api.post(`/v1/accounts/${card.accountId}/status`, { status: 'closed' });
  expect(await declined(card.secrets)).toEqual({ status: 402, code: 'account_closed', responseCode: '46' });
});

test('a card on a frozen account is 62', async () => {
  const card = await world.card(customer);
  await customer.api.post(`/v1/accounts/${card.accountId}/status`, { status: 'frozen' });
  expect(await declined(card.secrets)).toEqual({ status: 402, code: 'account_frozen', responseCode: '62' });
});

test('a repeated decline is the same answer, and counts one wrong CVV', async () => {
  const card = await world.card(customer);
  const { orderId } = await world.order(customer, shop);
  const key = randomUUID();
  const first = await world.pay(customer, orderId, wrongCvv(card.secrets), key);
  for (let again = 0; again < 4; again += 1) {
    const repeated = await world.pay(customer, orderId, wrongCvv(card.secrets), key);
    expect(repeated).toEqual({ ...first, data: { ...first.data, requestId: expect.any(String) } });
  }
  expect((await world.pay(customer, orderId, card.secrets)).status).toBe(201);
});

test('the same key with another body is refused with 409', async () => {
  const card = await world.card(customer);
  const { orderId } = await world.order(customer, shop);
  const key = randomUUID();
  expect((await world.pay(customer, orderId, card.secrets, key)).status).toBe(201);
  const other = await world.pay(customer, orderId, { ...card.secrets, cvv: '000' }, key);
  expect(other).toMatchObject({ status: 409, data: { code: 'idempotency_key_reused' } });
});

test('an order is paid once: another key is told that it is paid', async () => {
  const card = await world.card(customer);
  const { orderId } = await world.order(customer, shop);
  expect((await world.pay(customer, orderId, card.secrets)).status).toBe(201);
  expect(await world.pay(customer, orderId, card.secrets)).toMatchObject({
    status: 409,
    data: { code: 'order_already_paid' },
  });
});

test('an unknown merchant is 404', async () => {
  const body = { merchantId: 'mer_00000000000000000000000000', items: [{ productId: shop.productId, quantity: 1 }] };
  await expect(customer.api.post('/v1/orders', body)).rejects.toMatchObject({
    status: 404,
    code: 'merchant_not_found',
  });
});
