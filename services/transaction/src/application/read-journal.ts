import type { Journal, JournalBatch, JournalCodec } from './ports.ts';

/** The next batches of a shard, in order from a sequence on; none at the journal's present end. Throws on a gap. */
export async function readPage(
  journal: Journal,
  codec: JournalCodec,
  shard: number,
  fromSequence: number,
): Promise<readonly JournalBatch[]> {
  const page = await journal.read(shard, fromSequence);
  return page.map((bytes, offset) => {
    const batch = codec.decodeBatch(bytes);
    const { header } = batch;
    const expected = fromSequence + offset;
    if (header.shard !== shard || header.sequence !== expected) {
      throw new Error(`batch ${expected} of shard ${shard} is missing: found ${header.sequence} of ${header.shard}`);
    }
    return batch;
  });
}

/** All batches of a shard from a sequence to the journal's present end. */
export async function* readJournal(
  journal: Journal,
  codec: JournalCodec,
  shard: number,
  fromSequence: number,
): AsyncGenerator<JournalBatch> {
  let next = fromSequence;
  for (;;) {
    const page = await readPage(journal, codec, shard, next);
    if (page.length === 0) return;
    yield* page;
    next += page.length;
  }
}
