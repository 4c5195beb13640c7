import type { Account, Instant } from '../domain/account.ts';
import { accountAfter, type Entry } from '../domain/entry.ts';
import type { LedgerRecord } from '../domain/record.ts';
import type { RecordPlace } from './memory/index-entry.ts';
import type { ShardMemory } from './memory/shard-memory.ts';
import type { Journal, JournalCodec } from './ports.ts';
import { readJournal } from './read-journal.ts';

type PastParts = Readonly<{ shard: number; journal: Journal; codec: JournalCodec; memory: ShardMemory }>;

/**
 * An account as it was at a past instant: after the last of its entries that were booked by then. Undefined: it was not
 * open yet. A few reads, however long the journal is: the instant's place by bisection, for time in the journal never
 * goes back; then the account's last entry at or before that place, by the index. What is younger than the last
 * checkpoint is read through, and only when the account has moved since.
 *
 * @param present the account as it is now; what an entry does not tell never changes
 * @param lastSequence the last durable batch
 */
export async function balanceAsOf(
  parts: PastParts,
  present: Account,
  instant: Instant,
  lastSequence: number,
): Promise<Account | undefined> {
  const place = await lastPlaceBy(parts, instant, lastSequence);
  if (!place) return undefined;
  // Asked first: what the index comes to cover meanwhile is read twice, not passed over.
  const { covered } = parts.memory;
  const indexed = await lastIndexedEntry(parts, present.accountId, place);
  if (indexed && indexed.sequence === present.sequence) return present;
  const entry = (await lastRecentEntry(parts, present.accountId, place, covered)) ?? indexed;
  return entry && accountAfter(present, entry);
}

/** Where the last record lies that was decided by an instant. */
async function lastPlaceBy(
  { shard, journal, codec }: PastParts,
  instant: Instant,
  lastSequence: number,
): Promise<RecordPlace | undefined> {
  let before = 0;
  let bytesBefore: Uint8Array | undefined;
  let after = lastSequence + 1;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    const bytes = await journal.readOne(shard, middle);
    if (!bytes) throw new Error(`batch ${middle} of shard ${shard} is missing`);
    const decidedAt = codec.decodeRecord(bytes, 0)?.decidedAt ?? codec.decodeBatch(bytes).header.decidedAt;
    if (decidedAt <= instant) [before, bytesBefore] = [middle, bytes];
    else after = middle;
  }
  if (!bytesBefore) return undefined;
  const { records } = codec.decodeBatch(bytesBefore);
  return { sequence: before, index: records.findLastIndex(({ decidedAt }) => decidedAt <= instant) };
}

async function lastIndexedEntry(
  { memory }: PastParts,
  accountId: string,
  upTo: RecordPlace,
): Promise<Entry | undefined> {
  for await (const place of memory.entries.places(accountId, upTo)) {
    const record = await memory.recall.record(place);
    const entry = record && lastEntryOf(record, accountId);
    if (entry) return entry;
  }
  return undefined;
}

/** Among the records that the index does not cover. */
async function lastRecentEntry(
  { shard, journal, codec }: PastParts,
  accountId: string,
  upTo: RecordPlace,
  covered: number,
): Promise<Entry | undefined> {
  let last: Entry | undefined;
  if (upTo.sequence <= covered) return last;
  for await (const { header, records } of readJournal(journal, codec, shard, covered + 1)) {
    if (header.sequence > upTo.sequence) return last;
    for (const record of header.sequence < upTo.sequence ? records : records.slice(0, upTo.index + 1)) {
      last = lastEntryOf(record, accountId) ?? last;
    }
  }
  return last;
}

function lastEntryOf({ change }: LedgerRecord, accountId: string): Entry | undefined {
  return change.kind === 'cancelled' ? undefined : change.entries.findLast((entry) => entry.accountId === accountId);
}
