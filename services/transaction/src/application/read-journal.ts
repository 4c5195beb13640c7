import type { Journal, JournalBatch, JournalCodec } from './ports.ts';

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

/** All batches of a shard from a sequence to the journal's present end. Reads a page ahead of what is asked for. */
export async function* readJournal(
  journal: Journal,
  codec: JournalCodec,
  shard: number,
  fromSequence: number,
): AsyncGenerator<JournalBatch> {
  let next = fromSequence;
  let page = await journal.read(shard, next);
  while (page.length > 0) {
    // Settled, so that a failure is told here, and not to nobody when the reader has gone.
    const ahead = Promise.allSettled([journal.read(shard, next + page.length)]);
    for (const [offset, bytes] of page.entries()) yield decoded(codec, shard, next + offset, bytes);
    next += page.length;
    const [read] = await ahead;
    if (read.status === 'rejected') throw read.reason;
    page = read.value;
  }
}

function decoded(codec: JournalCodec, shard: number, expected: number, bytes: Uint8Array): JournalBatch {
  const batch = codec.decodeBatch(bytes);
  const { header } = batch;
  if (header.shard !== shard || header.sequence !== expected) {
    throw new Error(`batch ${expected} of shard ${shard} is missing: found ${header.sequence} of ${header.shard}`);
  }
  return batch;
}
