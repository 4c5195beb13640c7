import { readAhead } from './memory/read-ahead.ts';
import type { Journal, JournalBatch, JournalCodec } from './ports.ts';

const readsUnderWay = 4;
const bytesPerRead = 2_000_000;
const fewestPerRead = 5;
const mostPerRead = 100;

/** The next batches of a shard, in order from a sequence on; none at the journal's present end. Throws on a gap. */
export async function readPage(
  journal: Journal,
  codec: JournalCodec,
  shard: number,
  fromSequence: number,
): Promise<readonly JournalBatch[]> {
  const page = await journal.read(shard, fromSequence);
  return page.map((bytes, offset) => decoded(codec, shard, fromSequence + offset, bytes));
}

/** All batches of a shard from a sequence to the journal's present end; some reads are under way ahead of the reader. */
export async function* readJournal(
  journal: Journal,
  codec: JournalCodec,
  shard: number,
  fromSequence: number,
): AsyncGenerator<JournalBatch> {
  let next = fromSequence;
  for (let isEnd = false; !isEnd; ) {
    for await (const { batches, isShort } of readAhead(readsFrom(journal, shard, next), readsUnderWay)) {
      for (const bytes of batches) yield decoded(codec, shard, next++, bytes);
      if (isShort) break;
    }
    // Sees what lies behind a gap too: that would be damage, and not the end.
    const page = await journal.read(shard, next);
    for (const bytes of page) yield decoded(codec, shard, next++, bytes);
    isEnd = page.length === 0;
  }
}

/** Reads of one stretch after the other, without end: sequences have no gaps. The larger the batches, the fewer in one. */
function* readsFrom(journal: Journal, shard: number, fromSequence: number) {
  let count = fewestPerRead;
  for (let from = fromSequence, asked = count; ; from += asked, asked = count) {
    const read = { from, asked };
    yield async () => {
      const batches = await journal.readRange(shard, read.from, read.asked);
      count = fittingCount(batches);
      return { batches, isShort: batches.length < read.asked };
    };
  }
}

function fittingCount(batches: readonly Uint8Array[]): number {
  const bytes = batches.reduce((sum, { length }) => sum + length, 1);
  const fitting = Math.floor((bytesPerRead * batches.length) / bytes);
  return Math.min(Math.max(fitting, fewestPerRead), mostPerRead);
}

function decoded(codec: JournalCodec, shard: number, expected: number, bytes: Uint8Array): JournalBatch {
  const batch = codec.decodeBatch(bytes);
  const { header } = batch;
  if (header.shard !== shard || header.sequence !== expected) {
    throw new Error(`batch ${expected} of shard ${shard} is missing: found ${header.sequence} of ${header.shard}`);
  }
  return batch;
}
