import { codec } from '../../../test/live-ledger.ts';
import { MemoryJournal } from '../../../test/memory-journal.ts';
import { firstSequence, lastSequence, shardsOf } from './search-journal.ts';

async function journalOf(batches: number, shard = 3) {
  const journal = new MemoryJournal(2);
  for (let sequence = 1; sequence <= batches; sequence++) {
    const header = { shard, sequence, writer: 'w', batchId: `${sequence}`, previousHash: '', decidedAt: sequence * 10 };
    await journal.append(codec.encodeBatch(header, []));
  }
  return { journal, codec, shard };
}

test('finds the last batch of a journal of any length', async () => {
  for (const batches of [0, 1, 2, 3, 7, 8, 9, 100]) {
    expect(await lastSequence(await journalOf(batches))).toBe(batches);
  }
});

test('finds the first batch of a time, or the place after the last', async () => {
  const searched = await journalOf(20);
  for (const [time, sequence] of [
    [0, 1],
    [10, 1],
    [11, 2],
    [155, 16],
    [200, 20],
    [201, 21],
  ] as const) {
    expect(await firstSequence(searched, ({ decidedAt }) => decidedAt >= time)).toBe(sequence);
  }
});

test('finds the shards that have a journal', async () => {
  const { journal } = await journalOf(1, 3);
  const other = codec.encodeBatch(
    { shard: 40, sequence: 1, writer: 'w', batchId: 'b', previousHash: '', decidedAt: 1 },
    [],
  );
  await journal.append(other);
  expect(await shardsOf(journal)).toEqual([3, 40]);
});
