import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { dynamoClient } from '@ipe/dynamodb/client';
import { testEngines } from '@ipe/testing/engines';
import { eventually } from '@ipe/testing/eventually';
import { uniqueName } from '@ipe/testing/unique-name';
import { ConnectionWatch } from '../src/adapters/dynamodb/connection-watch.ts';
import { batchKey, DynamoJournal } from '../src/adapters/dynamodb/dynamo-journal.ts';
import { DynamoPositions } from '../src/adapters/dynamodb/dynamo-positions.ts';
import { JournalTable } from '../src/adapters/dynamodb/journal-table.ts';
import type { EncodedBatch, FollowerPositions, Journal } from '../src/application/ports.ts';
import { readJournal } from '../src/application/read-journal.ts';
import { codec } from './live-ledger.ts';
import { MemoryJournal } from './memory-journal.ts';
import { MemoryPositions } from './memory-positions.ts';

const client = dynamoClient({ DYNAMODB_ENDPOINT: testEngines().dynamodb, AWS_REGION: 'sa-east-1' }, { maxAttempts: 1 });
const table = new JournalTable(client, client, uniqueName('journal'), 1);
beforeAll(() => table.ensure());
afterAll(() => table.close());

/** A shard that no other test writes to. */
let shards = 0;
function newShard(): number {
  shards += 1;
  return shards;
}

function batch(shard: number, sequence: number, batchId = `${shard}/${sequence}`, bytes = 10): EncodedBatch {
  const header = { shard, sequence, writer: 'w', batchId, decidedAt: Date.now() };
  return codec.encodeBatch({ ...header, previousHash: 'ab'.repeat(bytes) }, []);
}

const journals: Array<[string, () => Journal, () => FollowerPositions]> = [
  ['in memory', () => new MemoryJournal(50), () => new MemoryPositions()],
  [
    'in DynamoDB',
    () => new DynamoJournal(table.client, table.name, new ConnectionWatch()),
    () => new DynamoPositions(table.client, table.name),
  ],
];

describe.each(journals)('the journal %s', (_name, newJournal, newPositions) => {
  const journal = newJournal();

  test('appends under a free sequence, and reads back what was written to the byte', async () => {
    const shard = newShard();
    const first = batch(shard, 1);
    expect(await journal.append(first)).toBe('appended');
    const [bytes] = await journal.read(shard, 1);
    expect(Buffer.from(bytes ?? []).equals(Buffer.from(first.bytes))).toBe(true);
  });

  test.each([1_000, 1_100, 349_000])(
    'reads back %i bytes to the byte, as a page, a range and one alone',
    async (size) => {
      const shard = newShard();
      // What repeats itself and what does not.
      for (const [at, bytes] of [Buffer.alloc(size, 'record'), randomBytes(size)].entries()) {
        const large = { ...batch(shard, at + 1), bytes };
        await journal.append(large);
        const [page] = await journal.read(shard, at + 1);
        const [range] = await journal.readRange(shard, at + 1, 1);
        for (const read of [page, range, await journal.readOne(shard, at + 1)]) {
          expect(Buffer.compare(Buffer.from(read ?? []), bytes)).toBe(0);
        }
      }
    },
  );

  test('gives a sequence to one batch alone', async () => {
    const shard = newShard();
    const rivals = Array.from({ length: 10 }, (_, index) => batch(shard, 1, `rival-${index}`));
    const results = await Promise.all(rivals.map((rival) => journal.append(rival)));
    expect(results.filter((result) => result === 'appended')).toHaveLength(1);
    expect(results.filter((result) => result === 'taken')).toHaveLength(9);
  });

  test('recognises a batch that is there from an earlier try, and keeps the first bytes', async () => {
    const shard = newShard();
    await journal.append(batch(shard, 1, 'mine'));
    expect(await journal.append(batch(shard, 1, 'mine'))).toBe('appended');
    expect(await journal.append(batch(shard, 1, 'other'))).toBe('taken');
    expect(await journal.read(shard, 1)).toHaveLength(1);
  });

  test('reads from a sequence on, in order, page by page', async () => {
    const shard = newShard();
    for (let sequence = 1; sequence <= 230; sequence++) await journal.append(batch(shard, sequence));
    const read: number[] = [];
    for await (const { header } of readJournal(journal, codec, shard, 7)) read.push(header.sequence);
    expect(read).toEqual(Array.from({ length: 224 }, (_, index) => index + 7));
    expect(await journal.read(shard, 231)).toEqual([]);
  });

  test('reads large batches to the end, though a page holds few', async () => {
    const shard = newShard();
    for (let sequence = 1; sequence <= 60; sequence++) await journal.append(batch(shard, sequence, undefined, 350_000));
    let batches = 0;
    for await (const { bytes } of readJournal(journal, codec, shard, 1)) {
      batches += 1;
      expect(bytes.length).toBeGreaterThan(350_000);
    }
    expect(batches).toBe(60);
  });

  test('reads a range up to the first batch that is not there, and one alone', async () => {
    const shard = newShard();
    for (let sequence = 1; sequence <= 7; sequence++) await journal.append(batch(shard, sequence));
    await journal.append(batch(shard, 9));
    const sequences = (range: readonly Uint8Array[]) => range.map((bytes) => codec.decodeBatch(bytes).header.sequence);
    expect(sequences(await journal.readRange(shard, 2, 3))).toEqual([2, 3, 4]);
    expect(sequences(await journal.readRange(shard, 5, 100))).toEqual([5, 6, 7]);
    expect(await journal.readRange(shard, 8, 2)).toEqual([]);
    expect(codec.decodeBatch((await journal.readOne(shard, 9)) ?? Buffer.alloc(0)).header.sequence).toBe(9);
    expect(await journal.readOne(shard, 8)).toBe(undefined);
  });

  test('a gap is damage, and not the end of the journal', async () => {
    const shard = newShard();
    for (const sequence of [1, 2, 4]) await journal.append(batch(shard, sequence));
    const read: number[] = [];
    const reading = async () => {
      for await (const { header } of readJournal(journal, codec, shard, 1)) read.push(header.sequence);
    };
    await expect(reading()).rejects.toThrow('batch 3 of shard');
    expect(read).toEqual([1, 2]);
  });

  test('shards do not see each other', async () => {
    const [one, other] = [newShard(), newShard()];
    await journal.append(batch(one, 1));
    expect(await journal.read(other, 1)).toEqual([]);
    expect(await journal.append(batch(other, 1))).toBe('appended');
  });

  test('positions begin at zero and are kept by follower and shard', async () => {
    const positions = newPositions();
    const shard = newShard();
    expect(await positions.load('events', shard)).toBe(0);
    await positions.save('events', shard, 42);
    expect(await positions.load('events', shard)).toBe(42);
    expect(await positions.load('snapshots', shard)).toBe(0);
  });
});

test('a large batch takes less of the store than its bytes, a small one is kept as it is', async () => {
  const shard = newShard();
  const journal = new DynamoJournal(table.client, table.name, new ConnectionWatch());
  const record = Buffer.from('acc_1 pays acc_2 in BRL ');
  const small = { ...batch(shard, 1), bytes: record };
  const large = { ...batch(shard, 2), bytes: Buffer.concat(Array.from({ length: 1_000 }, () => record)) };
  for (const one of [small, large]) await journal.append(one);
  const item = async (sequence: number) => {
    const Key = batchKey(shard, sequence);
    return (await table.client.send(new GetItemCommand({ TableName: table.name, Key }))).Item;
  };
  expect(Buffer.from((await item(1))?.['batch']?.B ?? [])).toEqual(record);
  expect((await item(2))?.['batch']?.B?.length).toBeLessThan(large.bytes.length / 10);
});

test('a packed batch that is damaged in the store is read as bytes that are no batch', async () => {
  const shard = newShard();
  const journal = new DynamoJournal(table.client, table.name, new ConnectionWatch());
  const damaged = { batch: { B: Buffer.from('damaged') }, encoding: { S: 'zstd' } };
  await table.client.send(new PutItemCommand({ TableName: table.name, Item: { ...batchKey(shard, 1), ...damaged } }));
  const [page = Buffer.alloc(0)] = await journal.read(shard, 1);
  expect(() => codec.decodeBatch(page)).toThrow();
});

test('an engine that is away is an error, not an answer', async () => {
  const away = dynamoClient({ DYNAMODB_ENDPOINT: 'http://127.0.0.1:1', AWS_REGION: 'sa-east-1' }, { maxAttempts: 1 });
  await expect(new DynamoJournal(away, table.name, new ConnectionWatch()).append(batch(1, 1))).rejects.toThrow(
    'ECONNREFUSED',
  );
});

test('a connection that closed while it was idle is told before the next append, to each shard once', async () => {
  const engine = new URL(testEngines().dynamodb);
  const sockets: Socket[] = [];
  const proxy = createServer((inbound) => {
    const outbound = connect(Number(engine.port), engine.hostname);
    sockets.push(inbound, outbound);
    inbound.pipe(outbound).pipe(inbound);
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const watch = new ConnectionWatch();
  const endpoint = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const config = { DYNAMODB_ENDPOINT: endpoint, AWS_REGION: 'sa-east-1' };
  const client = dynamoClient(config, { maxAttempts: 1, onDisconnect: watch.onDisconnect });
  const journal = new DynamoJournal(client, table.name, watch);
  const [shard, other] = [newShard(), newShard()];
  for (const one of [shard, other]) expect(await journal.append(batch(one, 1))).toBe('appended');
  for (const socket of sockets) socket.end();
  await eventually(() => expect(journal.append(batch(shard, 1))).rejects.toThrow('was closed since the last append'));
  expect(await journal.append(batch(shard, 1))).toBe('appended');
  expect(await journal.append(batch(shard, 2))).toBe('appended');
  await expect(journal.append(batch(other, 2))).rejects.toThrow('was closed since the last append');
  expect(await journal.append(batch(other, 2))).toBe('appended');
  client.destroy();
  proxy.close();
});
