import { dynamoClient } from '@ipe/dynamodb/client';
import { testEngines } from '@ipe/testing/engines';
import { uniqueName } from '@ipe/testing/unique-name';
import { ConnectionWatch } from '../src/adapters/dynamodb/connection-watch.ts';
import { DynamoCheckpoints } from '../src/adapters/dynamodb/dynamo-checkpoints.ts';
import { DynamoChunks } from '../src/adapters/dynamodb/dynamo-chunks.ts';
import { DynamoJournal } from '../src/adapters/dynamodb/dynamo-journal.ts';
import { JournalTable } from '../src/adapters/dynamodb/journal-table.ts';
import type { CheckpointStore, ChunkStore } from '../src/application/memory/ports.ts';
import { ForgetfulLedger, lasting, memoryParts } from './forgetful-ledger.ts';
import { MemoryCheckpoints, MemoryChunks } from './memory-chunks.ts';
import { smallBank } from './paper-ledger.ts';

const client = dynamoClient({ DYNAMODB_ENDPOINT: testEngines().dynamodb, AWS_REGION: 'sa-east-1' });
const table = new JournalTable(client, client, uniqueName('checkpoints'), 1);
beforeAll(() => table.ensure());
afterAll(() => table.close());

const stores: Array<[string, () => ChunkStore, () => CheckpointStore]> = [
  ['in memory', () => new MemoryChunks(), () => new MemoryCheckpoints()],
  [
    'in DynamoDB',
    () => new DynamoChunks(table.client, table.name),
    () => new DynamoCheckpoints(table.client, table.name),
  ],
];

function bytesOf(text: string, length: number): Buffer {
  return Buffer.alloc(length, text);
}

describe.each(stores)('the store of checkpoints %s', (_name, newChunks, newCheckpoints) => {
  const chunks = newChunks();
  const checkpoints = newCheckpoints();

  test('chunks are read back to the byte, in the order asked for, and what is not there is undefined', async () => {
    const name = uniqueName('object');
    for (const number of [0, 1, 2]) await chunks.put(name, number, bytesOf(`chunk ${number}`, 1_000));
    const read = await chunks.get(name, [2, 7, 0]);
    expect(read.map((bytes) => bytes && Buffer.from(bytes).toString())).toEqual([
      bytesOf('chunk 2', 1_000).toString(),
      undefined,
      bytesOf('chunk 0', 1_000).toString(),
    ]);
    expect(await chunks.get(uniqueName('object'), [0])).toEqual([undefined]);
  });

  test('reads more at once than one response holds', async () => {
    const name = uniqueName('object');
    const numbers = Array.from({ length: 50 }, (_, number) => number);
    for (const number of numbers) await chunks.put(name, number, bytesOf(String(number), 370_000));
    const read = await chunks.get(name, numbers);
    expect(read.map((bytes) => bytes?.length)).toEqual(numbers.map(() => 370_000));
  });

  test('objects are registered by shard, with since when nobody needs them', async () => {
    const [one, other] = [uniqueName('object'), uniqueName('object')];
    await chunks.register(41, one);
    await chunks.register(42, other);
    expect(await chunks.registered(41)).toEqual([one]);
  });

  test.each([0, 1, 2, 3, 7, 8, 9])('an object of %i chunks is removed as a whole, and again', async (count) => {
    const name = uniqueName('object');
    await chunks.register(43, name);
    const numbers = Array.from({ length: count }, (_, number) => number);
    for (const number of numbers) await chunks.put(name, number, bytesOf('x', 10));
    await chunks.remove(43, name);
    await chunks.remove(43, name);
    expect(await chunks.get(name, [...numbers, count])).toEqual([...numbers, count].map(() => undefined));
    expect(await chunks.registered(43)).toEqual([]);
  });

  test('a checkpoint is published once, and listed newest first, by shard', async () => {
    for (const sequence of [9, 100, 11]) {
      expect(await checkpoints.publish(44, sequence, bytesOf(`${sequence}`, 5))).toBe('published');
    }
    expect(await checkpoints.publish(44, 100, bytesOf('other', 5))).toBe('taken');
    expect(await checkpoints.publish(45, 100, bytesOf('other', 5))).toBe('published');
    const listed = await checkpoints.list(44);
    expect(listed.map(({ sequence }) => sequence)).toEqual([100, 11, 9]);
    expect(Buffer.from(listed[0]?.bytes ?? []).toString()).toBe('10010');
    await checkpoints.remove(44, 100);
    expect((await checkpoints.list(44)).map(({ sequence }) => sequence)).toEqual([11, 9]);
  });
});

test('a ledger that forgets, in DynamoDB: checkpoint, restart and recall', async () => {
  const journal = new DynamoJournal(table.client, table.name, new ConnectionWatch());
  const chunks = new DynamoChunks(table.client, table.name);
  const checkpoints = new DynamoCheckpoints(table.client, table.name);
  const names = { newName: () => uniqueName('object') };
  const { parts, warnings } = memoryParts({ journal, chunks, checkpoints, ...names });
  const paper = smallBank();
  const ledger = await ForgetfulLedger.start(parts);
  for (let round = 0; round < 5; round++) {
    for (let one = 0; one < 20; one++) paper.transfer('acc_ana', 'acc_shop', 10n);
    for (const record of paper.records.slice(ledger.known.end.sequence)) await ledger.write(record);
    if (round < 4) await ledger.checkpoint();
    await ledger.memory.settled();
  }
  const next = await ForgetfulLedger.start(parts);
  expect(next.known.records).toBe(20);
  expect(lasting(next.state)).toEqual(lasting(paper.state));
  for (const key of ['shop test-1', 'shop test-9', 'shop test-80', 'shop test-100']) {
    await next.bringBack({ keys: [key] });
    expect(next.state.answers.get(key)).toEqual(paper.state.answers.get(key));
  }
  expect(warnings).toEqual([]);
});
