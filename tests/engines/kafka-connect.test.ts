import { testEngines } from '@ipe/testing/engines';
import { eventually } from '@ipe/testing/eventually';
import { uniqueName } from '@ipe/testing/unique-name';
import { Kafka, logLevel, type Producer } from 'kafkajs';
import { applyConnect } from '../../kafka-connect/apply.mjs';
import { killTestEngine, restartTestEngine } from '../../libs/testing/src/test-engines.mjs';
import { ensureTopics } from '../../tools/topics.mjs';

const TOPIC = 'bank.transactions.v1';
const DEAD_LETTERS = `${TOPIC}.connect-dlq`;
const CONNECTOR = 'bank-transactions-elasticsearch';
const CREATED_AT = '2026-03-31T23:59:59.500Z';
const INDEX = `${TOPIC}-2026.03`;

let kafka: Kafka;
let producer: Producer;

const settings = () => ({ connectUrl: testEngines().connect, elasticsearchUrl: testEngines().elasticsearch });

beforeAll(async () => {
  const brokers = [testEngines().kafka];
  await ensureTopics({ brokers });
  await applyConnect(settings());
  kafka = new Kafka({ brokers, clientId: uniqueName('connect-test'), logLevel: logLevel.NOTHING });
  producer = kafka.producer();
  await producer.connect();
});

afterAll(() => producer.disconnect());

/** As the ledger's publisher writes it: proto3 JSON, keyed by the transaction, stamped with the transaction's creation. */
function event(transactionId: string, fields: Record<string, unknown> = {}) {
  const value = {
    transactionId,
    kind: 'CARD_PURCHASE',
    status: 'AUTHORIZED',
    amountCents: '12990',
    heldCents: '12990',
    currency: 'BRL',
    merchantName: 'Livraria Ipê',
    createdAt: CREATED_AT,
    updatedAt: CREATED_AT,
    version: 1,
    ...fields,
  };
  return { key: transactionId, value: JSON.stringify(value), timestamp: String(Date.parse(CREATED_AT)) };
}

const send = (...messages: ReturnType<typeof event>[]) => producer.send({ topic: TOPIC, messages });

async function elasticsearch(path: string, body?: unknown) {
  const answer = await fetch(`${testEngines().elasticsearch}/${path}`, {
    ...(body === undefined
      ? {}
      : { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: Elasticsearch's answers are read field by field by the expectations.
  return (await answer.json()) as any;
}

const refresh = () => fetch(`${testEngines().elasticsearch}/${INDEX}/_refresh`, { method: 'POST' });

const document = (id: string) => elasticsearch(`${INDEX}/_doc/${id}`);
const documentWith = (id: string, status: string) =>
  eventually(
    async () => {
      const found = await document(id);
      expect(found._source?.status).toBe(status);
      return found;
    },
    { timeoutMs: 60_000 },
  );

test('a transaction is one document of its month, with the last state told', async () => {
  const id = uniqueName('tx');
  await send(
    event(id),
    event(id, { status: 'CAPTURED', capturedCents: '12990', version: 2, updatedAt: '2026-04-02T10:00:00Z' }),
  );
  const found = await documentWith(id, 'CAPTURED');
  expect(found._index).toBe(INDEX);
  await refresh();
  const everywhere = await elasticsearch(`${TOPIC}-*/_search`, { query: { term: { transactionId: id } } });
  expect(everywhere.hits.total.value).toBe(1);
});

test('an amount beyond what a float can hold is searched to the cent', async () => {
  const id = uniqueName('tx');
  await send(event(id, { amountCents: '9007199254740993' }));
  await documentWith(id, 'AUTHORIZED');
  await refresh();
  const count = async (range: object) => {
    const query = { bool: { filter: [{ term: { transactionId: id } }, { range: { amountCents: range } }] } };
    return (await elasticsearch(`${INDEX}/_count`, { query })).count;
  };
  expect(await count({ gte: '9007199254740993', lte: '9007199254740993' })).toBe(1);
  expect(await count({ lt: '9007199254740993' })).toBe(0);
  expect(await count({ gt: '9007199254740993' })).toBe(0);
});

test('what cannot be indexed goes to the dead letters with its reason, and what comes after it goes through', async () => {
  const notJson = uniqueName('tx');
  const notAnAmount = uniqueName('tx');
  const good = uniqueName('tx');
  const reasons = new Map<string, string>();
  const consumer = kafka.consumer({ groupId: uniqueName('dead-letters') });
  await consumer.connect();
  await consumer.subscribe({ topic: DEAD_LETTERS, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message }) => {
      const reason = message.headers?.['__connect.errors.exception.message'];
      reasons.set(String(message.key), String(reason));
    },
  });
  try {
    await send(
      { ...event(notJson), value: '{"transactionId":' },
      event(notAnAmount, { amountCents: 'twelve' }),
      event(good),
    );
    await documentWith(good, 'AUTHORIZED');
    await eventually(
      () => {
        expect(reasons.get(notAnAmount)).toContain('amountCents');
        expect(reasons.get(notJson)).toContain('Converting byte[] to Kafka Connect data failed');
      },
      { timeoutMs: 30_000 },
    );
  } finally {
    await consumer.disconnect();
  }
});

test('a replay of the whole topic changes no document', async () => {
  const id = uniqueName('tx');
  await send(event(id), event(id, { status: 'VOIDED', version: 2 }));
  const before = await documentWith(id, 'VOIDED');
  const connector = `${testEngines().connect}/connectors/${CONNECTOR}`;
  const ask = (method: string, path: string) => fetch(`${connector}/${path}`, { method });
  await ask('PUT', 'stop');
  await eventually(async () => expect((await ask('DELETE', 'offsets')).status).toBe(200), { timeoutMs: 30_000 });
  await ask('PUT', 'resume');
  const marker = uniqueName('tx');
  await send(event(marker));
  await documentWith(marker, 'AUTHORIZED');
  await applyConnect(settings());
  const after = await document(id);
  expect(after).toEqual(before);
});

test.each(['elasticsearch', 'connect'])(
  'every transaction is in the index once after a kill -9 of %s',
  async (engine) => {
    const ids = Array.from({ length: 60 }, () => uniqueName('tx'));
    await send(...ids.slice(0, 30).map((id) => event(id)));
    await killTestEngine(engine);
    await send(...ids.slice(30).map((id) => event(id)));
    await restartTestEngine(engine);
    await eventually(
      async () => {
        await refresh();
        const found = await elasticsearch(`${TOPIC}-*/_search`, {
          size: 100,
          query: { terms: { transactionId: ids } },
        });
        expect(found.hits?.hits.map((hit: { _id: string }) => hit._id).sort()).toEqual([...ids].sort());
      },
      { timeoutMs: 90_000, everyMs: 250 },
    );
  },
);
