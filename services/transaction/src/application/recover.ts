import { apply } from '../domain/apply.ts';
import { emptyLedger, type LedgerState } from '../domain/ledger-state.ts';
import type { JournalEnd } from './commit-loop.ts';
import type { ShardMemory } from './memory/shard-memory.ts';
import type { Journal, JournalBatch, JournalCodec } from './ports.ts';
import { readJournal } from './read-journal.ts';

/** So much of what makes a checkpoint due may be replayed before one is made. */
const mostTails = 4;

/** A shard's state after a batch of its journal. */
export type Recovered = {
  state: LedgerState;
  end: JournalEnd;
  /** Absent where all is kept in memory: for checking, and for tests. */
  memory?: ShardMemory;
  /** How many records were replayed. */
  records: number;
};

/**
 * The shard's state as its journal tells it: replayed from a beginning that a checkpoint gave (`openMemory`), or as a
 * whole. Throws when the journal is damaged: such a shard must not be led.
 */
export async function recover(
  journal: Journal,
  codec: JournalCodec,
  shard: number,
  beginning?: Omit<Recovered, 'records'>,
): Promise<Recovered> {
  const known: Recovered = { ...(beginning ?? nothing()), records: 0 };
  for await (const batch of readJournal(journal, codec, shard, known.end.sequence + 1)) {
    replay(known, batch);
    // A tail beyond what memory can hold: without a checkpoint it is all of the journal. Any other can wait: callers do.
    if (known.memory?.isDue(mostTails)) await known.memory.checkpoint(known.state, known.end.sequence, 1);
  }
  return known;
}

/** Takes the next batch of the journal into what is known. Throws when it does not follow. */
export function replay(known: Recovered, batch: JournalBatch): void {
  const { header, hash, records } = batch;
  if (header.previousHash !== known.end.hash) {
    throw new Error(`batch ${header.sequence} of shard ${header.shard} does not follow the one before it`);
  }
  for (const record of records) apply(known.state, record);
  known.end = { sequence: header.sequence, hash, last: batch };
  known.records += records.length;
  known.memory?.committed(batch);
}

function nothing(): Omit<Recovered, 'records'> {
  return { state: emptyLedger(), end: { sequence: 0, hash: '', last: undefined } };
}
