import { randomUUID } from 'node:crypto';
import { Client } from '@elastic/elasticsearch';
import { eventually } from '@ipe/testing/eventually';
import { journey } from '../support/journey.ts';
import type { Card, Customer, Shop } from '../support/world.ts';

const { world, addresses } = journey();
const elasticsearch = new Client({ node: addresses.elasticsearch });
afterAll(() => elasticsearch.close());

let customer: Customer;
let shop: Shop;
let card: Card;
beforeAll(async () => {
  [customer, shop] = await Promise.all([world.customer(), world.shop('10.00')]);
  card = await world.card(customer, '1000.00');
});

const statement = async (accountId: string, api = customer.api) =>
  (await api.get(`/v1/accounts/${accountId}/statement?limit=100`)).data;

test('an approved purchase is on the statement through Kafka, once, and lowers what is available', async () => {
  const { status, data } = await world.buy(customer, shop, card, 3);
  expect(status).toBe(201);
  expect(data).toMatchObject({ status: 'paid', amount: '30.00', responseCode: '00' });
  expect(data.authorizationCode).toMatch(/^[0-9A-Z]{6}$/);

  const line = await eventually(async () => {
    const lines = (await statement(card.accountId)).filter(
      (entry: { transactionId: string }) => entry.transactionId === data.transactionId,
    );
    expect(lines).toHaveLength(1);
    expect(lines[0].status).toBe('posted');
    return lines[0];
  });
  expect(line).toMatchObject({ kind: 'purchase', amount: '-30.00', balance: '-30.00', description: 'Loja Teste' });

  const { balance } = await customer.api.get(`/v1/accounts/${card.accountId}`);
  expect(balance).toMatchObject({ posted: '-30.00', held: '0.00', limit: '1000.00', available: '970.00' });
});

test('an approved purchase is in Elasticsearch through Kafka Connect with its amount exact', async () => {
  const { data } = await world.buy(customer, shop, card, 1);
  const found = await eventually(
    async () => {
      await elasticsearch.indices.refresh({ index: 'bank.transactions.v1-*' });
      const exact = {
        bool: { filter: [{ ids: { values: [data.transactionId] } }, { term: { amountCents: 1000 } }] },
      };
      const { hits } = await elasticsearch.search<{ status: string }>({
        index: 'bank.transactions.v1-*',
        query: exact,
      });
      expect(hits.hits.map(({ _source }) => _source?.status)).toEqual(['CAPTURED']);
      return hits.hits[0];
    },
    { timeoutMs: 30_000 },
  );
  expect(found?._id).toBe(data.transactionId);
  expect(JSON.stringify(found)).not.toContain(card.secrets.number);
});

test('the merchant sees the payment and its account is credited', async () => {
  const own = await world.shop('25.50');
  const { data } = await world.buy(customer, own, card, 2);
  const payments = await own.api.get(`/v1/merchants/${own.merchantId}/payments?status=paid`);
  expect(payments.data).toHaveLength(1);
  expect(payments.data[0]).toMatchObject({ paymentId: data.paymentId, amount: '51.00', status: 'paid' });
});

test('a refund comes back to the card, in part and then the rest, and never more', async () => {
  const own = await world.shop('40.00');
  const { data } = await world.buy(customer, own, card, 1);
  const refunds = `/v1/payments/${data.paymentId}/refunds`;
  expect(await own.api.post(refunds, { amount: '15.00' })).toMatchObject({ status: 'partially_refunded' });
  expect(await own.api.post(refunds, {})).toMatchObject({ status: 'refunded', refunded: '40.00' });
  await expect(own.api.post(refunds, { amount: '0.01' })).rejects.toMatchObject({ status: 422 });
  await eventually(async () => {
    const lines = (await statement(card.accountId)).filter(
      ({ transactionId, kind }: { transactionId: string; kind: string }) =>
        transactionId === data.transactionId && kind === 'refund',
    );
    expect(lines.map(({ amount }: { amount: string }) => amount).sort()).toEqual(['15.00', '25.00']);
  });
});

test('the live stream pushes the line of a purchase', async () => {
  const abort = new AbortController();
  const answer = await fetch(`${addresses.gateway}/v1/statement/stream?accountId=${card.accountId}`, {
    headers: { authorization: `Bearer ${await customer.token()}`, accept: 'text/event-stream' },
    signal: abort.signal,
  });
  expect(answer.headers.get('content-type')).toContain('text/event-stream');
  const { data } = await world.buy(customer, shop, card, 1);
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of answer.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    if (text.includes(data.transactionId) && text.includes('"posted"')) break;
  }
  abort.abort();
  expect(text).toContain('event: line');
});

test('the same key at once twenty times charges once and gives one answer', async () => {
  const { orderId } = await world.order(customer, shop, 1);
  const key = randomUUID();
  const answers = await Promise.all(Array.from({ length: 20 }, () => world.pay(customer, orderId, card.secrets, key)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
  expect(new Set(answers.map(({ data }) => JSON.stringify(data))).size).toBe(1);
  const transactionId = answers[0]?.data.transactionId;
  const lines = await eventually(async () => {
    const all = await statement(card.accountId);
    const own = all.filter((entry: { transactionId: string }) => entry.transactionId === transactionId);
    expect(own).toHaveLength(1);
    return own;
  });
  expect(lines[0].amount).toBe('-10.00');
});

test('a deposit and a transfer move money between current accounts, and both statements tell it', async () => {
  const other = await world.customer();
  const deposit = { accountId: customer.accountId, amount: '200.00', currency: 'BRL', description: 'Salário' };
  await world.operator.post('/v1/deposits', deposit);
  const body = {
    fromAccountId: customer.accountId,
    toAccountId: other.accountId,
    amount: '75.25',
    currency: 'BRL',
    description: 'Aluguel',
  };
  const moved = await customer.api.post('/v1/transfers', body);
  expect(moved).toMatchObject({ status: 'posted', amount: '75.25' });
  await eventually(async () => {
    const [sent] = await statement(customer.accountId);
    expect(sent).toMatchObject({ kind: 'transfer_out', amount: '-75.25', balance: '124.75', description: 'Aluguel' });
    const [received] = await statement(other.accountId, other.api);
    expect(received).toMatchObject({ kind: 'transfer_in', amount: '75.25', balance: '75.25' });
  });
  await expect(customer.api.post('/v1/transfers', { ...body, amount: '124.76' })).rejects.toMatchObject({
    status: 422,
    code: 'insufficient_funds',
  });
});

test('the overview has the accounts, the cards and the last lines', async () => {
  const overview = await eventually(async () => {
    const answer = await customer.api.get('/v1/overview');
    expect(answer.missing).toEqual([]);
    return answer;
  });
  expect(overview.cards.map(({ cardId }: { cardId: string }) => cardId)).toContain(card.cardId);
  expect(overview.accounts.map(({ accountId }: { accountId: string }) => accountId)).toContain(customer.accountId);
});
