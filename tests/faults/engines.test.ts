import { setTimeout as wait } from 'node:timers/promises';
import { Client } from '@elastic/elasticsearch';
import { eventually } from '@ipe/testing/eventually';
import { addresses, buyer, buyOnce, killEngine, startEngine, statementHolds } from '../support/faults.ts';

const elasticsearch = new Client({ node: addresses.elasticsearch, maxRetries: 0, requestTimeout: 3_000 });
afterAll(() => elasticsearch.close());

async function buyMany(who: Awaited<ReturnType<typeof buyer>>, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let made = 0; made < count; made += 1) {
    const { status, transactionId } = await buyOnce(who);
    expect(status).toBe(201);
    ids.push(String(transactionId));
  }
  return ids;
}

/** Each of the transactions is in the index once, in its last state. */
function indexHolds(transactionIds: readonly string[]): Promise<void> {
  return eventually(
    async () => {
      await elasticsearch.indices.refresh({ index: 'bank.transactions.v1-*' });
      const { hits } = await elasticsearch.search<{ status: string }>({
        index: 'bank.transactions.v1-*',
        size: transactionIds.length * 2,
        query: { ids: { values: [...transactionIds] } },
      });
      expect(hits.hits.map(({ _id }) => _id).sort()).toEqual([...transactionIds].sort());
      expect(new Set(hits.hits.map(({ _source }) => _source?.status))).toEqual(new Set(['CAPTURED']));
    },
    { timeoutMs: 90_000, everyMs: 500 },
  );
}

test('Kafka down for 30 s: purchases are approved, and their events arrive after', async () => {
  const who = await buyer();
  const before = await buyMany(who, 2);
  await statementHolds(who, before);
  await killEngine('kafka');
  const downSince = Date.now();
  const during = await buyMany(who, 5);
  await wait(Math.max(0, downSince + 30_000 - Date.now()));
  await startEngine('kafka');
  await statementHolds(who, [...before, ...during], 90_000);
  const after = await buyMany(who, 1);
  await statementHolds(who, [...before, ...during, ...after], 30_000);
  await indexHolds([...before, ...during, ...after]);
});

test('Redis down: nothing is refused that should not be', async () => {
  const who = await buyer();
  await killEngine('redis');
  const bought = await buyMany(who, 5);
  await startEngine('redis');
  await statementHolds(who, bought);
});

test('Kafka Connect killed: every transaction is in the index once afterwards', async () => {
  const who = await buyer();
  const before = await buyMany(who, 3);
  await killEngine('connect');
  const during = await buyMany(who, 3);
  await startEngine('connect');
  await indexHolds([...before, ...during]);
});

test('Elasticsearch killed: every transaction is in the index once afterwards', async () => {
  const who = await buyer();
  const before = await buyMany(who, 3);
  await killEngine('elasticsearch');
  const during = await buyMany(who, 3);
  await startEngine('elasticsearch');
  await indexHolds([...before, ...during]);
});
