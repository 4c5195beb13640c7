import { status } from '@grpc/grpc-js';
import { eventually } from '@ipe/testing/eventually';
import { freePort } from '@ipe/testing/free-port';
import { Way } from '@ipe/testing/way';
import { AccountLedger } from './account-ledger.ts';
import { StatementUnderTest } from './statement-under-test.ts';

const bank = new StatementUnderTest();
beforeAll(() => bank.open());
afterAll(() => bank.close());

test('the service starts, serves what it has and stops while Kafka is away', async () => {
  const account = new AccountLedger('acc_1');
  account.transfer(500n);
  await bank.topic.tell(...account.events);
  const before = await bank.start();
  await eventually(async () => expect(await before.position('acc_1')).toMatchObject({ sequence: 2n }));
  await before.stop();
  const alone = await bank.start({ KAFKA_BROKERS: [`127.0.0.1:${await freePort()}`] });
  expect((await fetch(`${alone.http}/health/ready`)).status).toBe(200);
  expect((await alone.list({ accountId: 'acc_1' })).lines).toMatchObject([{ amountCents: 500n }]);
  const begin = Date.now();
  await alone.stop();
  expect(Date.now() - begin).toBeLessThan(6_000);
});

test('what was published while the service was down is on the statement once after its restart', async () => {
  const account = new AccountLedger('acc_2');
  const first = await bank.start();
  account.transfer(1n);
  await bank.topic.tell(...account.events);
  await eventually(async () => expect(await first.position('acc_2')).toMatchObject({ sequence: 2n }));
  await first.stop();
  for (let n = 2n; n <= 50n; n += 1n) account.transfer(n);
  await bank.topic.tell(...account.events.slice(2));
  const second = await bank.start();
  await eventually(async () => expect(await second.position('acc_2')).toMatchObject({ sequence: 51n }));
  const { lines } = await second.list({ accountId: 'acc_2', pageSize: 100 });
  expect(lines.map(({ amountCents }) => amountCents)).toEqual(Array.from({ length: 50 }, (_, n) => BigInt(50 - n)));
  await second.stop();
});

test('a call and a stream are refused as unavailable, not as a bug, while the store is away', async () => {
  const way = await Way.to(bank.settings.DYNAMODB_ENDPOINT);
  await way.open();
  const service = await bank.start({ DYNAMODB_ENDPOINT: way.url });
  way.close();
  const away = { code: status.UNAVAILABLE, reason: 'store_unavailable' };
  await expect(service.list({ accountId: 'acc_1' })).rejects.toMatchObject(away);
  expect(await service.watch({ accountId: 'acc_1' }).ended).toMatchObject(away);
  await service.stop();
});

test('a service that finds its table emptied in part does not start', async () => {
  const { PutItemCommand } = await import('@aws-sdk/client-dynamodb');
  const { dynamoClient } = await import('@ipe/dynamodb/client');
  const settings = { TABLE_PREFIX: `${bank.settings.TABLE_PREFIX}half-` };
  await (await bank.start(settings)).stop();
  const client = dynamoClient(bank.settings);
  const mark = { pk: { S: 'wipe' }, sk: { S: 'wipe' } };
  await client.send(new PutItemCommand({ TableName: `${settings.TABLE_PREFIX}statement`, Item: mark }));
  client.destroy();
  await expect(bank.start(settings)).rejects.toThrow('emptied only in part');
});
