import type { EventSink, FollowerPositions, Journal, JournalCodec, Scheduler } from '../ports.ts';
import { readPage } from '../read-journal.ts';
import type { Pace } from './pace.ts';
import type { Told } from './ports.ts';
import { lastSequence } from './search-journal.ts';

export type RetellParts = Readonly<{
  journal: Journal;
  codec: JournalCodec;
  positions: FollowerPositions;
  sink: EventSink;
  pace: Pace;
  scheduler: Scheduler;
  tell: (told: Told) => void;
  /** Aborted: what was told is saved, and it ends. */
  stopping: AbortSignal;
}>;

const follower = 'retell';

/**
 * Tells the journal's events again, from the place where a run before was saved to the present end, under the same ids:
 * for projections whose topic no longer begins with the first entry. Answers whether it came to the end.
 */
export async function retellEntries(shards: readonly number[], parts: RetellParts): Promise<'done' | 'stopped'> {
  const { journal, codec, positions, sink, pace, scheduler, tell, stopping } = parts;
  for (const shard of shards) {
    const all = await lastSequence({ journal, shard });
    const begun = scheduler.elapsed();
    const from = await positions.load(follower, shard);
    let done = from;
    for (;;) {
      const batches = await readPage(journal, codec, shard, done + 1);
      if (batches.length === 0) break;
      await sink.publish(batches.flatMap(({ records }) => records));
      done += batches.length;
      await positions.save(follower, shard, done);
      await pace.spent(batches.reduce((sum, { bytes }) => sum + bytes.length, 0));
      const perSecond = ((done - from) / Math.max(1, scheduler.elapsed() - begun)) * 1_000;
      tell({ what: `shard ${shard}: entries told again`, done, all: Math.max(all, done), unit: 'batches', perSecond });
      if (stopping.aborted) return 'stopped';
    }
  }
  return 'done';
}
