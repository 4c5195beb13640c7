import { randomUUID } from 'node:crypto';
import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import {
  CheckoutServiceClient,
  type CreateMerchantRequest,
  type Merchant,
  type Order,
  type Payment,
  type PayOrderRequest,
  type Product,
} from '@ipe/contracts/gen/bank/checkout/v1/checkout';
import { dynamoClient } from '@ipe/dynamodb/client';
import { call, grpcClient } from '@ipe/service-kit/grpc-client';
import { startService } from '@ipe/service-kit/start-service';
import { testEngines } from '@ipe/testing/engines';
import { freePort } from '@ipe/testing/free-port';
import { uniqueName } from '@ipe/testing/unique-name';
import { CheckoutTable } from '../src/adapters/dynamodb/checkout-table.ts';
import { type Config, configSchema } from '../src/config.ts';
import { checkoutService } from '../src/create-service.ts';
import { FakeAccounts } from './fake-accounts.ts';
import { FakeBank } from './fake-bank.ts';

export const goodCard = { number: '4539578763621486', expiryMonth: 12, expiryYear: 2031, cvv: '123' };
export const poorCard = { ...goodCard, number: '4539578763620001' };

/** A valid CNPJ that no other test uses. */
export function someCnpj(): string {
  const root = `${Math.floor(Math.random() * 1e8)}`.padStart(8, '1').slice(0, 8).concat('0001');
  const digit = (digits: string): string => {
    const sum = [...digits].reverse().reduce((total, each, place) => total + Number(each) * ((place % 8) + 2), 0);
    return String(sum % 11 < 2 ? 0 : 11 - (sum % 11));
  };
  const first = digit(root);
  return `${root}${first}${digit(`${root}${first}`)}`;
}

const freeAddress = async (): Promise<string> => `127.0.0.1:${await freePort()}`;

export function testConfig(addresses: Record<string, string>, more: Record<string, string> = {}): Config {
  return configSchema.parse({
    HTTP_ADDRESS: '127.0.0.1:1',
    GRPC_ADDRESS: '127.0.0.1:1',
    LOG_LEVEL: 'silent',
    DYNAMODB_ENDPOINT: testEngines().dynamodb,
    TABLE_PREFIX: `${uniqueName('test')}-`,
    FINGERPRINT_KEY: Buffer.alloc(32, 7).toString('base64'),
    ...addresses,
    ...more,
  });
}

export async function dropTable(config: Config): Promise<void> {
  const client = dynamoClient(config);
  await client.send(new DeleteTableCommand({ TableName: `${config.TABLE_PREFIX}checkout` }));
  client.destroy();
}

/** The whole service on free ports and a table of its own, with a fake bank core and a fake account service. */
export async function startCheckout(more: Record<string, string> = {}) {
  const bank = new FakeBank();
  const accounts = new FakeAccounts();
  const addresses = {
    TRANSACTION_ADDRESS: await bank.start(),
    ACCOUNT_ADDRESS: await accounts.start(),
    HTTP_ADDRESS: await freeAddress(),
    GRPC_ADDRESS: await freeAddress(),
  };
  // Recovery keeps out of tests that are not about it.
  const config = testConfig(addresses, { RECOVERY_AFTER_MS: '3600000', ...more });
  const app = await startService(checkoutService(config));
  const client = grpcClient(CheckoutServiceClient, config.GRPC_ADDRESS);
  const close = async (): Promise<void> => {
    client.close();
    await app.close();
    bank.stop();
    accounts.stop();
    await dropTable(config);
  };
  const metrics = async (): Promise<string> => (await fetch(`http://${config.HTTP_ADDRESS}/metrics`)).text();
  const store = app.get(CheckoutTable).client;
  return { bank, accounts, client, config, metrics, close, store, shop: new Shop(client) };
}

/** Short hands for what most tests begin with. */
class Shop {
  constructor(readonly client: CheckoutServiceClient) {}

  async merchant(more: Partial<CreateMerchantRequest> = {}): Promise<Merchant> {
    const key = randomUUID();
    const request = { caller: 't', idempotencyKey: key, name: 'Loja Ipê', document: someCnpj(), mcc: '5411' };
    const email = `${key}@loja.example`;
    const { merchant } = await call(this.client, this.client.createMerchant, { ...request, email, ...more }, 5_000);
    return present(merchant);
  }

  async product(merchantId: string, priceCents = 12_345n, sku: string = randomUUID()): Promise<Product> {
    const request = { caller: 't', idempotencyKey: randomUUID(), merchantId, sku, name: 'Café', priceCents };
    const { product } = await call(this.client, this.client.createProduct, request, 5_000);
    return present(product);
  }

  async order(product: Product, customerId = 'cus_ana', quantity = 2): Promise<Order> {
    const { merchantId, productId } = product;
    const items = [{ productId, quantity }];
    const request = { caller: 't', idempotencyKey: randomUUID(), customerId, merchantId, items };
    const { order } = await call(this.client, this.client.createOrder, request, 5_000);
    return present(order);
  }

  async readOrder(orderId: string): Promise<Order> {
    const request = { orderId, customerId: '', merchantId: '' };
    return present((await call(this.client, this.client.getOrder, request, 5_000)).order);
  }

  async pay(order: Order, more: Partial<PayOrderRequest> = {}, deadlineMs = 10_000): Promise<Payment> {
    const { orderId, customerId } = order;
    const write = { caller: 't', idempotencyKey: randomUUID() };
    const request = { ...write, orderId, customerId, card: goodCard, installments: 1, ...more };
    return present((await call(this.client, this.client.payOrder, request, deadlineMs)).payment);
  }

  async payment(paymentId: string): Promise<Payment> {
    const request = { paymentId, customerId: '', merchantId: '' };
    return present((await call(this.client, this.client.getPayment, request, 5_000)).payment);
  }

  async refund(payment: Payment, amountCents: bigint, idempotencyKey: string = randomUUID()): Promise<Payment> {
    const { paymentId, merchantId } = payment;
    const request = { caller: 't', idempotencyKey, paymentId, merchantId, amountCents };
    return present((await call(this.client, this.client.refundPayment, request, 10_000)).payment);
  }
}

export function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the answer lacks its message');
  return value;
}
