// The platform's main job, for real: a customer buys in a shop, and the purchase is followed until the customer and the
// operators see it.
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from '@elastic/elasticsearch';
import { ensureDemoBank } from './demo/bank.mjs';

const index = 'bank.transactions.v1-*';

/**
 * addresses: { gateway, issuer, elasticsearch, transactionMetrics }. Prints a readable account of it.
 * Throws with the reason when any step does not come true in time.
 */
export async function runMainJob({ print, addresses, operator, demoFile }) {
  const bank = await ensureDemoBank({ addresses, operator, file: demoFile, progress: (what) => print(`  ${what}`) });
  const { ana, carla, davi, elis } = bank.customers;
  const { livraria, eletro, mercado } = bank.merchants;

  print('');
  print(`${ana.name} buys two copies of “${livraria.products.livro.name}” at ${livraria.name}.`);
  const bought = await buy(ana, ana.cards.gold, livraria, livraria.products.livro, 2);
  if (bought.status !== 201) throw new Error(`the purchase was not approved: ${JSON.stringify(bought.data)}`);
  const payment = bought.data;
  print(`  order               ${payment.orderId}  (${payment.amount} ${payment.currency})`);
  print(`  approved            authorisation code ${payment.authorizationCode}, response code ${payment.responseCode}`);
  print(`  card                ending in ${payment.cardLastFour}, answered in ${bought.tookMs} ms`);
  print(`  transaction         ${payment.transactionId}`);

  const line = await until('the purchase is on the statement', 30_000, async () => {
    const page = await ana.api.get(`/v1/accounts/${ana.cards.gold.accountId}/statement?limit=20`);
    return page.data.find(
      ({ transactionId, status }) => transactionId === payment.transactionId && status === 'posted',
    );
  });
  print('');
  print(`On the customer's statement, ${line.tookMs} ms after the bank's answer:`);
  print(indent(JSON.stringify(line.value, null, 2)));

  const elasticsearch = new Client({ node: addresses.elasticsearch, requestTimeout: 5_000 });
  const document = await until('the transaction is in Elasticsearch', 60_000, async () => {
    await elasticsearch.indices.refresh({ index }).catch(() => undefined);
    const found = await elasticsearch.search({ index, query: { ids: { values: [payment.transactionId] } } });
    return found.hits.hits.find(({ _source }) => _source.status === 'CAPTURED');
  });
  print('');
  print(`In Elasticsearch through Kafka Connect, ${document.tookMs} ms later, in ${document.value._index}:`);
  print(indent(JSON.stringify(document.value._source, null, 2)));

  print('');
  print('Three purchases that the bank must decline:');
  const declines = [
    [carla, carla.cards.small, eletro, eletro.products.notebook, 'insufficient_limit'],
    [davi, davi.cards.blocked, mercado, mercado.products.cafe, 'card_blocked'],
    [elis, elis.cards.expired, livraria, livraria.products.caderno, 'expired_card'],
  ];
  for (const [customer, card, merchant, product, expected] of declines) {
    const answer = await buy(customer, card, merchant, product, 1);
    const { code, responseCode } = answer.data;
    print(`  ${customer.name.padEnd(18)} ${product.name.padEnd(22)} ${answer.status} ${code} (${responseCode})`);
    if (code !== expected) throw new Error(`expected the decline ${expected}, got ${JSON.stringify(answer.data)}`);
  }

  print('');
  print('What an operator sees (the transaction service’s own counters, since it started):');
  for (const row of await operatorMetrics(addresses.transactionMetrics, bank.merchants)) print(`  ${row}`);
  await elasticsearch.close();
  return { payment, line: line.value, document: document.value };
}

/** One order and its payment; the answer with its status, declines included. */
export async function buy(customer, card, merchant, product, quantity, { installments = 1, key = randomUUID() } = {}) {
  const items = [{ productId: product.productId, quantity }];
  const order = await customer.api.post('/v1/orders', { merchantId: merchant.merchantId, items }, `${key}-order`);
  const startedAt = performance.now();
  const body = { card: card.secrets, installments };
  const answer = await customer.api.try('POST', `/v1/orders/${order.orderId}/payments`, body, `${key}-pay`, [402, 409]);
  return { ...answer, order, tookMs: Math.round(performance.now() - startedAt) };
}

async function until(what, limitMs, probe) {
  const startedAt = performance.now();
  let last;
  while (performance.now() - startedAt < limitMs) {
    try {
      const value = await probe();
      if (value) return { value, tookMs: Math.round(performance.now() - startedAt) };
    } catch (error) {
      last = error;
    }
    await wait(10);
  }
  throw new Error(`waited ${limitMs / 1000} s in vain until ${what}${last ? ` (${last.message})` : ''}`);
}

/** Approved, declined by reason, volume, and the same by merchant: as Prometheus scrapes them, made readable. */
async function operatorMetrics(url, merchants) {
  const text = await (await fetch(url, { signal: AbortSignal.timeout(5_000) })).text();
  const samples = [...text.matchAll(/^(bank_\w+)\{([^}]*)\} (\S+)$/gm)].map(([, name, labels, value]) => ({
    name,
    value: Number(value),
    ...Object.fromEntries([...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label, content]) => [label, content])),
  }));
  const of = (name, match = () => true) => samples.filter((sample) => sample.name === name && match(sample));
  const sum = (some) => some.reduce((total, { value }) => total + value, 0);
  const reais = (cents) => `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')} BRL`;
  const outcomes = (name, outcome, merchant) =>
    sum(of(name, (sample) => sample.outcome === outcome && (!merchant || sample.merchant === merchant)));
  const rows = [
    `approved ${outcomes('bank_authorizations_total', 'approved')}, declined ${outcomes('bank_authorizations_total', 'declined')}, volume ${reais(sum(of('bank_authorized_cents_total')))}`,
  ];
  for (const { reason, response_code, value } of of('bank_declined_total')) {
    rows.push(`declined ${reason} (${response_code}): ${value}`);
  }
  for (const { merchantId, name } of Object.values(merchants)) {
    const approved = outcomes('bank_authorizations_by_merchant_total', 'approved', merchantId);
    const declined = outcomes('bank_authorizations_by_merchant_total', 'declined', merchantId);
    const volume = sum(of('bank_authorized_cents_total', ({ merchant }) => merchant === merchantId));
    rows.push(`${name.padEnd(24)} approved ${approved}, declined ${declined}, volume ${reais(volume)}`);
  }
  return rows;
}

const indent = (text) => text.replaceAll(/^/gm, '    ');
