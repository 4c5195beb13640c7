import { randomUUID } from 'node:crypto';
import { journey } from '../support/journey.ts';
import type { Card, Customer, Shop } from '../support/world.ts';

const { world, addresses } = journey();
let customer: Customer;
let stranger: Customer;
let shop: Shop;
let card: Card;
let orderId: string;
beforeAll(async () => {
  [customer, stranger, shop] = await Promise.all([world.customer(), world.customer(), world.shop()]);
  card = await world.card(customer);
  orderId = (await world.order(customer, shop)).orderId;
});

type Raw = { method?: string; headers?: Record<string, string>; body?: string };

/** A header given as the empty string is left out. */
async function raw(path: string, { method = 'POST', headers = {}, body }: Raw = {}) {
  const all = {
    authorization: `Bearer ${await customer.token()}`,
    'content-type': 'application/json',
    'idempotency-key': randomUUID(),
    ...headers,
  };
  const answer = await fetch(`${addresses.gateway}${path}`, {
    method,
    headers: Object.entries(all).filter(([, value]) => value !== ''),
    ...(body === undefined ? {} : { body }),
  });
  const problem = (await answer.json()) as { code: string; errors?: { field: string; rule: string }[] };
  return { status: answer.status, contentType: answer.headers.get('content-type'), ...problem };
}

const transfer = (changes: object) =>
  raw('/v1/transfers', {
    body: JSON.stringify({
      fromAccountId: customer.accountId,
      toAccountId: stranger.accountId,
      amount: '1.00',
      currency: 'BRL',
      description: 'x',
      ...changes,
    }),
  });

test.each([['0.00'], ['-1.00'], ['1.005'], ['1.5'], ['1'], ['1e3'], ['NaN'], [''], ['99999999999999999999.00'], [1]])(
  'the amount %p is refused by name',
  async (amount) => {
    const answer = await transfer({ amount });
    expect(answer).toMatchObject({ status: 400, errors: [{ field: 'amount' }] });
    expect(answer.contentType).toContain('application/problem+json');
  },
);

test.each([
  ['an unknown currency', { currency: 'XXX' }, 'currency'],
  ['an oversized string', { description: 'x'.repeat(141) }, 'description'],
  ['control characters', { description: 'a\u0000b' }, 'description'],
  ['an unknown field', { surprise: 1 }, 'surprise'],
])('%s is refused by name', async (_what, changes, field) => {
  const answer = await transfer(changes);
  expect(answer.status).toBe(400);
  expect(answer.errors?.map((error) => error.field)).toContain(field);
});

test('a write without an idempotency key is refused', async () => {
  const answer = await raw('/v1/orders', { headers: { 'idempotency-key': '' }, body: '{}' });
  expect(answer).toMatchObject({ status: 400, code: 'idempotency_key_missing' });
});

test('malformed JSON is refused', async () => {
  expect(await raw('/v1/orders', { body: '{"a":' })).toMatchObject({ status: 400, code: 'malformed_json' });
});

test('a body too large is refused', async () => {
  const body = JSON.stringify({ a: 'x'.repeat(200_000) });
  expect(await raw('/v1/orders', { body })).toMatchObject({ status: 413, code: 'body_too_large' });
});

test.each([
  ['no token', { authorization: '' }, 'token_missing'],
  ['a token that is none', { authorization: 'Bearer x.y.z' }, 'token_invalid'],
])('%s is refused with 401', async (_what, headers, code) => {
  expect(await raw('/v1/accounts', { method: 'GET', headers })).toMatchObject({ status: 401, code });
});

test('a token without the scope is refused with 403', async () => {
  const body = { accountId: customer.accountId, amount: '1.00', currency: 'BRL', description: 'x' };
  expect(await raw('/v1/deposits', { body: JSON.stringify(body) })).toMatchObject({
    status: 403,
    code: 'insufficient_scope',
  });
});

test('what is another customer’s does not exist', async () => {
  for (const path of [
    `/v1/accounts/${customer.accountId}`,
    `/v1/accounts/${card.accountId}/statement`,
    `/v1/cards/${card.cardId}`,
    `/v1/cards/${card.cardId}/secrets`,
    `/v1/orders/${orderId}`,
  ]) {
    await expect(stranger.api.get(path)).rejects.toMatchObject({ status: 404 });
  }
  await expect(stranger.api.post(`/v1/cards/${card.cardId}/block`, { reason: 'holder' })).rejects.toMatchObject({
    status: 404,
  });
  expect((await world.pay(stranger, orderId, card.secrets)).status).toBe(404);
});

test('a taken document and a taken e-mail are told apart by code', async () => {
  const email = `${randomUUID()}@ipe.example`;
  const person = { name: 'Rita Teste', document: '52998224725', email, password: randomUUID() };
  const post = (body: object) => raw('/v1/customers', { headers: { authorization: '' }, body: JSON.stringify(body) });
  await post(person);
  expect(await post({ ...person, email: `${randomUUID()}@ipe.example` })).toMatchObject({
    status: 409,
    code: 'document_taken',
  });
  expect(await post({ ...person, document: '12345678900' })).toMatchObject({
    status: 400,
    errors: [{ field: 'document' }],
  });
});
