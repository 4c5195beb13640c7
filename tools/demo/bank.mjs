// Creates the demo bank through the public API only; safe to repeat: what is there is found again.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { apiClient } from './http.mjs';
import { clientCredentials, signIn, tokenKeeper } from './sign-in.mjs';

const definition = JSON.parse(readFileSync(new URL('../demo-bank.json', import.meta.url), 'utf8'));

const customerScopes =
  'openid accounts:read accounts:write cards:read cards:write orders:read orders:write statement:read transfers:write profile';
const merchantScopes = 'products:write payments:read refunds:write orders:read merchant:read';
const operatorScopes =
  'merchants:write customers:read limits:write accounts:admin cards:admin deposits:write transactions:read';

/** An idempotency key that the same demo always makes again. */
const demoKey = (...parts) => `demo-${createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 40)}`;

/**
 * addresses: { gateway, issuer }; operator: { clientId, clientSecret }; file: where the merchants' credentials and all
 * ids are kept. Gives { customers, merchants } by alias, each with `api`, cards with number, expiry and CVV.
 */
export async function ensureDemoBank({ addresses, operator, file, progress = () => {} }) {
  const { gateway, issuer } = addresses;
  const operatorApi = apiClient(
    gateway,
    tokenKeeper(() => clientCredentials({ issuer, ...operator, scope: operatorScopes })),
  );
  const merchants = {};
  for (const wanted of definition.merchants) {
    progress(`merchant ${wanted.name}`);
    merchants[wanted.alias] = await ensureMerchant(wanted, operatorApi, addresses);
  }
  const customers = {};
  for (const wanted of definition.customers) {
    progress(`customer ${wanted.name}`);
    customers[wanted.alias] = await ensureCustomer(wanted, addresses);
  }
  remember(file, { customers, merchants });
  return { customers, merchants, operatorApi };
}

async function ensureMerchant({ alias, products, ...company }, operatorApi, { gateway, issuer }) {
  const merchant = await operatorApi.post('/v1/merchants', company, demoKey('merchant', alias));
  const path = `/v1/merchants/${merchant.merchantId}`;
  const credentials = await operatorApi.post(`${path}/credentials`, {}, demoKey('credentials', alias));
  const fetchToken = () => clientCredentials({ issuer, ...credentials, scope: merchantScopes });
  const api = apiClient(gateway, tokenKeeper(fetchToken));
  const bySku = {};
  for (const product of products) {
    bySku[product.sku] = await api.post(`${path}/products`, product, demoKey('product', alias, product.sku));
  }
  return { ...merchant, alias, credentials, products: bySku, api };
}

async function ensureCustomer({ alias, cards, ...person }, { gateway, issuer }) {
  const { customer, account } = await apiClient(gateway).post('/v1/customers', person, demoKey('customer', alias));
  const login = { issuer, email: person.email, password: person.password, scope: customerScopes };
  const api = apiClient(
    gateway,
    tokenKeeper(() => signIn(login)),
  );
  const there = await api.all('/v1/cards');
  const byAlias = {};
  for (const wanted of cards) {
    const found = there.find(({ holderName }) => holderName === wanted.holderName);
    byAlias[wanted.alias] = await cardWithSecrets(found ?? (await issue(alias, wanted, api)), wanted, api);
  }
  return { ...customer, alias, account, login, cards: byAlias, api };
}

async function issue(owner, { alias, holderName, limit, state }, api) {
  const lifeMs = 2_000;
  const body = { holderName, limit };
  if (state === 'expired') body.expiresAt = new Date(Date.now() + lifeMs).toISOString();
  const key = state === 'expired' ? undefined : demoKey('card', owner, alias);
  const card = await api.post('/v1/cards', body, key);
  if (['blocked', 'lost', 'stolen'].includes(state)) {
    const reason = state === 'blocked' ? 'holder' : state;
    await api.post(`/v1/cards/${card.cardId}/block`, { reason }, demoKey('block', owner, alias));
  }
  if (state === 'closed' || state === 'frozen') {
    await api.post(`/v1/accounts/${card.accountId}/status`, { status: state }, demoKey(state, owner, alias));
  }
  if (state === 'expired') await wait(lifeMs);
  return card;
}

async function cardWithSecrets(card, { state }, api) {
  const secrets = await api.get(`/v1/cards/${card.cardId}/secrets`);
  const { number, expiryMonth, expiryYear, cvv } = secrets;
  // The mistyped card is one whose holder remembers the wrong CVV.
  const typed = state === 'mistyped' ? String((Number(cvv) + 1) % 1000).padStart(3, '0') : cvv;
  return { ...card, secrets: { number, expiryMonth, expiryYear, cvv: typed } };
}

/** Ids and the merchants' credentials, for `npm run token` and for curl; never a card's number. */
function remember(file, { customers, merchants }) {
  const people = Object.values(customers).map(({ alias, customerId, email, account, cards }) => ({
    alias,
    customerId,
    email,
    accountId: account.accountId,
    cards: Object.entries(cards).map(([name, { cardId, accountId }]) => ({ alias: name, cardId, accountId })),
  }));
  const shops = Object.values(merchants).map(({ alias, name, merchantId, credentials, products }) => ({
    alias,
    name,
    merchantId,
    ...credentials,
    products: Object.values(products).map(({ productId, sku }) => ({ productId, sku })),
  }));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ customers: people, merchants: shops }, null, 2)}\n`, { mode: 0o600 });
}
