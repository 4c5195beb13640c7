import { Metadata } from '@grpc/grpc-js';
import { EntryEvent } from '@ipe/contracts/gen/bank/events/v1/entry_event';
import { TransactionEvent } from '@ipe/contracts/gen/bank/events/v1/transaction_event';
import type { TransferResponse } from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { call } from '@ipe/service-kit/grpc-client';
import { eventually } from '@ipe/testing/eventually';
import { uniqueName } from '@ipe/testing/unique-name';
import type { Consumer, KafkaMessage } from 'kafkajs';
import { startFakeCards } from './fake-cards.ts';
import {
  Bank,
  type Environment,
  environment,
  makeTopics,
  startHere,
  testKafka,
  transferRequest,
} from './service-under-test.ts';

let cards: Awaited<ReturnType<typeof startFakeCards>>;
let env: Environment;
let service: { stop: () => Promise<void> };
let bank: Bank;
let consumer: Consumer;
const told: Array<{ topic: string; partition: number; message: KafkaMessage }> = [];

beforeAll(async () => {
  cards = await startFakeCards();
  env = await environment(cards.address);
  await makeTopics(env);
  service = await startHere(env);
  bank = new Bank(env);
  consumer = testKafka().consumer({ groupId: uniqueName('reader'), maxWaitTimeInMs: 50 });
  await consumer.connect();
  for (const topic of ['bank.transactions.v1', 'bank.entries.v1']) {
    await consumer.subscribe({ topic: `${env['TOPIC_PREFIX']}${topic}`, fromBeginning: true });
  }
  await consumer.run({ eachMessage: async (delivery) => void told.push(delivery) });
  await bank.furnish();
});

afterAll(async () => {
  bank.close();
  await consumer.disconnect();
  await service.stop();
  cards.stop();
});

function messages(topic: string) {
  return told.filter((delivery) => delivery.topic.endsWith(topic)).map(({ message }) => message);
}

function parsed(message: KafkaMessage): Record<string, unknown> {
  return JSON.parse(String(message.value));
}

const entriesOf = (accountId: string) =>
  messages('bank.entries.v1')
    .filter(({ key }) => String(key) === accountId)
    .map((message) => EntryEvent.fromJSON(parsed(message)));

test("a purchase is told: the transaction's states under its id, the entries in each account's order", async () => {
  const { transaction } = await bank.authorize('told', { amountCents: 5_000n });
  const transactionId = transaction?.transactionId ?? '';
  const capture = { caller: 'test', idempotencyKey: 'told-capture', transactionId, amountCents: 0n, final: true };
  await call(bank.client, bank.client.capture, capture, 5_000);
  await eventually(() => {
    const states = messages('bank.transactions.v1').filter(({ key }) => String(key) === transactionId);
    expect(states.map((message) => TransactionEvent.fromJSON(parsed(message)).status)).toEqual([
      'AUTHORIZED',
      'CAPTURED',
    ]);
    expect(new Set(states.map(({ timestamp }) => timestamp))).toEqual(
      new Set([String(transaction?.createdAt?.getTime())]),
    );
    const [hold, captured] = entriesOf('acc_card').slice(-2);
    expect(hold).toMatchObject({ kind: 'HOLD_PLACED', heldDeltaCents: 5_000n, transactionStatus: 'AUTHORIZED' });
    expect(captured).toMatchObject({
      kind: 'CAPTURE',
      postedDeltaCents: -5_000n,
      availableCents: 45_000n,
      description: 'Padaria Ipê',
      counterpartyAccountId: 'acc_shop',
      merchantId: 'mer_1',
      orderId: 'ord_1',
      cardLastFour: '4242',
      transactionStatus: 'CAPTURED',
    });
  });
});

test('an event is proto3 JSON that a person and an index can read, with the attributes of CloudEvents', async () => {
  const opened = await eventually(() => {
    const first = messages('bank.entries.v1').find(({ key }) => String(key) === 'acc_card');
    if (!first) throw new Error('not told yet');
    return first;
  });
  expect(parsed(opened)).toMatchObject({
    kind: 'ACCOUNT_OPENED',
    sequence: '1',
    postedCents: '0',
    limitCents: '50000',
    availableCents: '50000',
    accountStatus: 'ACTIVE',
    bookedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  });
  const headers = Object.fromEntries(
    Object.entries(opened.headers ?? {}).map(([name, value]) => [name, String(value)]),
  );
  expect(headers).toEqual({
    ce_specversion: '1.0',
    ce_id: 'acc_card.1',
    ce_source: '/bank/transaction',
    ce_type: 'bank.entries.v1',
    ce_time: parsed(opened)['bookedAt'],
    'content-type': 'application/json',
  });
});

test('the trace of the call travels with its events', async () => {
  const metadata = new Metadata();
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  metadata.set('traceparent', traceparent);
  const request = transferRequest('traced', { amountCents: 1n });
  const { transaction } = await new Promise<TransferResponse>((resolve, reject) => {
    bank.client.transfer(request, metadata, { deadline: Date.now() + 5_000 }, (error, response) =>
      error ? reject(error) : resolve(response),
    );
  });
  await eventually(() => {
    const event = messages('bank.transactions.v1').find(({ key }) => String(key) === transaction?.transactionId);
    expect(String(event?.headers?.['traceparent'])).toBe(traceparent);
  });
});

test('under load and over a restart every entry is told, once in effect and in order', async () => {
  const keys = Array.from({ length: 300 }, (_, index) => `load-${index}`);
  await Promise.all(keys.slice(0, 200).map((key) => bank.transfer(key, { amountCents: 1n })));
  await service.stop();
  service = await startHere(env);
  // The caller's connection may wait a moment before it tries again.
  await eventually(() => bank.balance('acc_ana'));
  await Promise.all(keys.slice(200).map((key) => bank.transfer(key, { amountCents: 1n })));
  for (const accountId of ['acc_ana', 'acc_shop', 'system:cash']) {
    const { sequence, postedCents } = await bank.balance(accountId);
    await eventually(() => {
      const byId = new Map(entriesOf(accountId).map((entry) => [entry.sequence, entry]));
      expect([...byId.keys()]).toEqual(Array.from({ length: Number(sequence) }, (_, index) => BigInt(index + 1)));
      expect(byId.get(sequence)?.postedCents).toBe(postedCents);
    });
  }
});
