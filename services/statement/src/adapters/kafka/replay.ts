import { setTimeout as wait } from 'node:timers/promises';
import { consume } from '@ipe/events/consume';
import type { Delivery } from '@ipe/events/delivery';
import { PoisonMessage } from '@ipe/events/handling-error';
import type { Admin, Kafka } from 'kafkajs';
import { atMostTogether, type RecordEntries } from '../../application/record-entries.ts';
import { parseEntryEvent } from './entry-event.ts';

export type ReplaySource = Readonly<{ kafka: Kafka; topic: string; groupId: string }>;

/** Why a rebuild is not begun. */
export class ReplayRefused extends Error {
  override name = 'ReplayRefused';
}

export type Partition = Readonly<{ partition: number; low: bigint; high: bigint }>;

/** The topic's partitions as they are now. Throws ReplayRefused while the group consumes: two would write at once. */
export async function replayable(admin: Admin, { topic, groupId }: ReplaySource): Promise<Partition[]> {
  const { groups } = await admin.describeGroups([groupId]);
  const members = groups[0]?.members.length ?? 0;
  if (members > 0) {
    throw new ReplayRefused(`the statement service still runs (${members} in group ${groupId}): stop it first`);
  }
  if (!(await admin.listTopics()).includes(topic)) throw new ReplayRefused(`there is no topic ${topic}`);
  const offsets = await admin.fetchTopicOffsets(topic);
  return offsets.map(({ partition, low, high }) => ({ partition, low: BigInt(low), high: BigInt(high) }));
}

/** Sets the service's group back to the beginning: whoever consumes next reads everything again. */
export async function rewind(admin: Admin, { topic, groupId }: ReplaySource, partitions: readonly Partition[]) {
  const offsets = partitions.map(({ partition, low }) => ({ partition, offset: low.toString() }));
  await admin.setOffsets({ groupId, topic, partitions: offsets });
}

/** Consumes as the service would until everything that was there at the beginning is in, and tells how much is left. */
export async function replay(
  admin: Admin,
  source: ReplaySource,
  partitions: readonly Partition[],
  recordEntries: RecordEntries,
  told: (done: bigint, all: bigint) => void,
): Promise<void> {
  const handle = async (deliveries: readonly Delivery[]) => {
    const outcomes = await recordEntries.execute(deliveries.map(({ value }) => parseEntryEvent(value)));
    if (outcomes.includes('conflicting')) throw new PoisonMessage('another entry with this sequence is there');
  };
  const all = partitions.reduce((sum, { low, high }) => sum + high - low, 0n);
  const consumer = consume({
    ...source,
    handle: (delivery) => handle([delivery]),
    together: { atMost: atMostTogether, handle },
  });
  try {
    for (let left = all; left > 0n; ) {
      await wait(200);
      left = await remaining(admin, source, partitions);
      told(all - left, all);
    }
  } finally {
    await consumer.stop();
  }
}

async function remaining(admin: Admin, { topic, groupId }: ReplaySource, partitions: readonly Partition[]) {
  const [own] = await admin.fetchOffsets({ groupId, topics: [topic] });
  const committed = new Map((own?.partitions ?? []).map(({ partition, offset }) => [partition, BigInt(offset)]));
  return partitions.reduce((sum, { partition, low, high }) => {
    const at = committed.get(partition) ?? low;
    // Before the group's first commit the broker says -1.
    if (at < low) return sum + high - low;
    return at < high ? sum + high - at : sum;
  }, 0n);
}
