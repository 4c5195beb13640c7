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
  const ranges = new Ranges(fromSequence);
  const reads = mapped(ranges, ({ from, count }) => async () => {
    const range = await journal.readRange(shard, from, count);
    ranges.note(range);
    return { from, range, isLast: range.length < count };
  });
  for await (const { from, range, isLast } of readAhead(reads, readsUnderWay)) {
    for (const [offset, bytes] of range.entries()) yield decoded(codec, shard, from + offset, bytes);
    if (isLast) return;
  }
}

/** Stretches of the journal, one after the other without end; the larger its batches, the fewer in each. */
class Ranges implements Iterable<Readonly<{ from: number; count: number }>> {
  private count = fewestPerRead;

  constructor(private next: number) {}

  note(range: readonly Uint8Array[]): void {
    const bytes = range.reduce((sum, { length }) => sum + length, 0);
    if (bytes === 0) return;
    const fitting = Math.floor((bytesPerRead * range.length) / bytes);
    this.count = Math.min(Math.max(fitting, fewestPerRead), mostPerRead);
  }

  *[Symbol.iterator]() {
    for (;;) {
      const { next: from, count } = this;
      this.next += count;
      yield { from, count };
    }
  }
}

function* mapped<From, To>(all: Iterable<From>, map: (one: From) => To): Generator<To> {
  for (const one of all) yield map(one);
}

function decoded(codec: JournalCodec, shard: number, expected: number, bytes: Uint8Array): JournalBatch {
  const batch = codec.decodeBatch(bytes);
  const { header } = batch;
  if (header.shard !== shard || header.sequence !== expected) {
    throw new Error(`batch ${expected} of shard ${shard} is missing: found ${header.sequence} of ${header.shard}`);
  }
  return batch;
}
