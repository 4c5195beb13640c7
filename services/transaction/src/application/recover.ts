import { apply } from '../domain/apply.ts';
import { emptyLedger, type LedgerState } from '../domain/ledger-state.ts';
import type { JournalEnd } from './commit-loop.ts';
import type { Journal, JournalCodec } from './ports.ts';
import { readJournal } from './read-journal.ts';

export type Recovered = { state: LedgerState; end: JournalEnd; records: number };

/** The shard's state as its whole journal tells it. Throws when the journal is damaged: such a shard must not be led. */
export async function recover(journal: Journal, codec: JournalCodec, shard: number): Promise<Recovered> {
  const state = emptyLedger();
  let end: JournalEnd = { sequence: 0, hash: '', last: undefined };
  let records = 0;
  for await (const batch of readJournal(journal, codec, shard, 1)) {
    if (batch.header.previousHash !== end.hash) {
      throw new Error(`batch ${batch.header.sequence} of shard ${shard} does not follow the one before it`);
    }
    for (const record of batch.records) apply(state, record);
    records += batch.records.length;
    end = { sequence: batch.header.sequence, hash: batch.hash, last: batch };
  }
  return { state, end, records };
}
