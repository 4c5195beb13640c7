import { inspect } from 'node:util';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { dynamoClient } from '@ipe/dynamodb/client';
import { fromItem } from '@ipe/dynamodb/item';
import { Logger } from '@nestjs/common';
import { bankDown } from './fake-bank.ts';
import { startCheckout } from './platform.ts';

const card = { number: '5204731630001234', expiryMonth: 11, expiryYear: 2047, cvv: '8642' };

let checkout: Awaited<ReturnType<typeof startCheckout>>;
const logged: string[] = [];
beforeAll(async () => {
  checkout = await startCheckout();
  const record = (...told: unknown[]): number => logged.push(inspect(told, { depth: 20 }));
  Logger.overrideLogger({ log: record, error: record, warn: record, debug: record, verbose: record, fatal: record });
});
afterAll(() => checkout.close());

test('no card number, expiry or CVV is stored or logged, whether a payment is paid, invalid or unanswered', async () => {
  const { merchantId } = await checkout.shop.merchant();
  const product = await checkout.shop.product(merchantId);
  await checkout.shop.pay(await checkout.shop.order(product), { card });
  checkout.bank.invalidCards.add(card.number);
  const invalid = checkout.shop.pay(await checkout.shop.order(product), { card });
  await expect(invalid).rejects.toMatchObject({ reason: 'invalid_request' });
  checkout.bank.before = () => {
    throw bankDown;
  };
  await checkout.shop.pay(await checkout.shop.order(product), { card });

  const client = dynamoClient(checkout.config);
  const TableName = `${checkout.config.TABLE_PREFIX}checkout`;
  const { Items = [] } = await client.send(new ScanCommand({ TableName }));
  client.destroy();
  expect(Items.length).toBeGreaterThanOrEqual(8);
  expect(logged.length).toBeGreaterThanOrEqual(1);
  for (const text of [...Items.flatMap((item) => texts(fromItem(item))), ...logged]) {
    expect(text).not.toContain(card.number);
    expect([String(card.expiryYear), card.cvv]).not.toContain(text);
  }
  for (const text of logged) expect(text).not.toMatch(/cvv|expiry/i);
});

/** Every value of an item, however deep. */
function texts(value: unknown): string[] {
  if (value === null || typeof value !== 'object') return [String(value)];
  return Object.values(value).flatMap(texts);
}
