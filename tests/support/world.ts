import { randomInt, randomUUID } from 'node:crypto';
import { apiClient } from '../../tools/demo/http.mjs';
import { clientCredentials, signIn, tokenKeeper } from '../../tools/demo/sign-in.mjs';

export type Addresses = { gateway: string; issuer: string; elasticsearch: string; kafka: string };
export type Operator = { clientId: string; clientSecret: string };
export type Api = ReturnType<typeof apiClient>;
export type Secrets = { number: string; expiryMonth: number; expiryYear: number; cvv: string };
export type Card = { cardId: string; accountId: string; secrets: Secrets };
export type Customer = { customerId: string; accountId: string; api: Api; token: () => Promise<string> };
export type Shop = { merchantId: string; accountId: string; productId: string; api: Api };

const customerScopes =
  'openid accounts:read accounts:write cards:read cards:write orders:read orders:write statement:read transfers:write profile';
const operatorScopes =
  'merchants:write customers:read limits:write accounts:admin cards:admin deposits:write transactions:read';
const merchantScopes = 'products:write payments:read refunds:write orders:read merchant:read';

/** Makes customers, cards and shops of its own through the public API, so that tests do not meet each other. */
export class World {
  readonly operator: Api;

  constructor(
    readonly addresses: Addresses,
    operator: Operator,
  ) {
    const { issuer, gateway } = addresses;
    this.operator = apiClient(
      gateway,
      tokenKeeper(() => clientCredentials({ issuer, ...operator, scope: operatorScopes })),
    );
  }

  async customer(): Promise<Customer> {
    const { gateway, issuer } = this.addresses;
    const email = `${randomUUID()}@ipe.example`;
    const password = randomUUID();
    const body = { name: 'Rita Teste', document: randomCpf(), email, password };
    const { customer, account } = await apiClient(gateway).post('/v1/customers', body);
    const token = tokenKeeper(() => signIn({ issuer, email, password, scope: customerScopes }));
    return { customerId: customer.customerId, accountId: account.accountId, api: apiClient(gateway, token), token };
  }

  async card(customer: Customer, limit = '1000.00', expiresAt?: Date): Promise<Card> {
    const body = { holderName: 'RITA TESTE', limit, ...(expiresAt ? { expiresAt: expiresAt.toISOString() } : {}) };
    const card = await customer.api.post('/v1/cards', body);
    const { number, expiryMonth, expiryYear, cvv } = await customer.api.get(`/v1/cards/${card.cardId}/secrets`);
    return { cardId: card.cardId, accountId: card.accountId, secrets: { number, expiryMonth, expiryYear, cvv } };
  }

  async shop(price = '10.00'): Promise<Shop> {
    const { gateway, issuer } = this.addresses;
    const company = { name: 'Loja Teste', document: randomCnpj(), email: `${randomUUID()}@loja.example`, mcc: '5942' };
    const merchant = await this.operator.post('/v1/merchants', company);
    const credentials = await this.operator.post(`/v1/merchants/${merchant.merchantId}/credentials`, {});
    const token = tokenKeeper(() => clientCredentials({ issuer, ...credentials, scope: merchantScopes }));
    const api = apiClient(gateway, token);
    const product = { sku: 'um', name: 'Um produto', price };
    const { productId } = await api.post(`/v1/merchants/${merchant.merchantId}/products`, product);
    return { merchantId: merchant.merchantId, accountId: merchant.accountId, productId, api };
  }

  /** A new order of `quantity` products. */
  order(customer: Customer, shop: Shop, quantity = 1): Promise<{ orderId: string; total: string }> {
    const items = [{ productId: shop.productId, quantity }];
    return customer.api.post('/v1/orders', { merchantId: shop.merchantId, items });
  }

  /** Pays an order; a decline is an answer, and so is a payment that was made void (502 payment_failed). */
  pay(customer: Customer, orderId: string, secrets: Secrets, key: string = randomUUID()) {
    const accept = [400, 402, 404, 409, 502];
    return customer.api.try('POST', `/v1/orders/${orderId}/payments`, { card: secrets, installments: 1 }, key, accept);
  }

  async buy(customer: Customer, shop: Shop, card: Card, quantity = 1, key: string = randomUUID()) {
    const { orderId } = await this.order(customer, shop, quantity);
    return this.pay(customer, orderId, card.secrets, key);
  }
}

function digits(count: number): string {
  return Array.from({ length: count }, () => randomInt(10)).join('');
}

/** A valid CPF: two check digits modulo 11. */
function randomCpf(): string {
  let text = digits(9);
  for (const length of [9, 10]) {
    const sum = [...text].reduce((total, digit, at) => total + Number(digit) * (length + 1 - at), 0);
    text += ((sum * 10) % 11) % 10;
  }
  return text;
}

/** A valid CNPJ: two check digits modulo 11. */
function randomCnpj(): string {
  let text = `${digits(8)}0001`;
  const weights = [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2];
  for (const skip of [1, 0]) {
    const sum = [...text].reduce((total, digit, at) => total + Number(digit) * (weights[at + skip] ?? 0), 0);
    text += sum % 11 < 2 ? 0 : 11 - (sum % 11);
  }
  return text;
}
