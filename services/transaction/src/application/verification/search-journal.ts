import type { BatchHeader, Journal, JournalCodec } from '../ports.ts';

type Searched = Readonly<{ journal: Journal; codec: JournalCodec; shard: number }>;

/** The sequence of the journal's last batch; 0 when there is none. Some dozen reads, however long the journal is. */
export async function lastSequence({ journal, shard }: Omit<Searched, 'codec'>): Promise<number> {
  return (await firstWhere(async (sequence) => (await journal.readOne(shard, sequence)) === undefined)) - 1;
}

/**
 * The sequence of the first batch for which `reached` is true, or that after the last; `reached` must stay true from
 * there on.
 */
export function firstSequence(
  { journal, codec, shard }: Searched,
  reached: (header: BatchHeader) => boolean,
): Promise<number> {
  return firstWhere(async (sequence) => {
    const bytes = await journal.readOne(shard, sequence);
    return bytes === undefined || reached(codec.decodeBatch(bytes).header);
  });
}

/** The first number from 1 on for which `is` is true; it must be at some, and stay so. */
async function firstWhere(is: (number: number) => Promise<boolean>): Promise<number> {
  let not = 0;
  let step = 1;
  while (!(await is(not + step))) {
    not += step;
    step *= 2;
  }
  while (step > 1) {
    const half = Math.floor(step / 2);
    if (await is(not + half)) {
      step = half;
    } else {
      not += half;
      step -= half;
    }
  }
  return not + 1;
}

/** Every shard that has a journal. They are numbered from 0; one may be without, but not many in a row. */
export async function shardsOf(journal: Journal): Promise<number[]> {
  const shards: number[] = [];
  for (let from = 0; from < mostShards; from += probedAtOnce) {
    const some = Array.from({ length: probedAtOnce }, (_, offset) => from + offset);
    const first = await Promise.all(some.map((shard) => journal.readOne(shard, 1)));
    const found = some.filter((_, index) => first[index] !== undefined);
    if (found.length === 0) break;
    shards.push(...found);
  }
  return shards;
}

/** A transaction's id has room for so many. */
const mostShards = 1_024;
const probedAtOnce = 32;
