import { type FollowerParts, JournalFollower } from './follow-journal.ts';
import type { EventSink, LedgerMetrics } from './ports.ts';

type PublisherParts = FollowerParts & Readonly<{ sink: EventSink; metrics: LedgerMetrics }>;

/**
 * Follows the journal and tells its events, in order. What is told again after a crash is told under the same event
 * ids.
 */
export function publishEvents(shard: number, { sink, metrics, ...parts }: PublisherParts): JournalFollower {
  return new JournalFollower(
    {
      shard,
      follower: 'events',
      take: (batches) => sink.publish(batches.flatMap((batch) => batch.records)),
      lag: (batches) => metrics.publisherLag(batches),
    },
    parts,
  );
}
