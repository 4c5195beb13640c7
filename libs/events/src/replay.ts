import { setTimeout as wait } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { consume } from './consume.ts';
import type { ConsumerOptions } from './consumer-options.ts';

/** What a projection is built from; `handle` must be safe to repeat. */
export type ReplaySource = Pick<ConsumerOptions, 'kafka' | 'topic' | 'groupId' | 'handle' | 'together'>;

export type ReplayOptions = Readonly<{
  /** Removes the projection before its topic is read; absent: what is there stays, and is read over. */
  wipe?: () => Promise<void>;
  /** Wipes even where the topic no longer holds every record. */
  force?: boolean;
  /** Told about five times a second how many records are read. */
  tell: (done: bigint, all: bigint) => void;
}>;

/** Why a replay is not begun. */
export class ReplayRefused extends Error {
  override name = 'ReplayRefused';
}

type Partition = Readonly<{ partition: number; low: bigint; high: bigint }>;

/**
 * Builds a projection again from its topic, while its service is stopped. The group goes back to the beginning before
 * anything is removed, so that whatever interrupts this, the service reads everything again, and so does a repetition.
 * Ends when all is read that was there at the beginning. Throws ReplayRefused where it must not be done now.
 */
export async function replayTopic(source: ReplaySource, { wipe, force, tell }: ReplayOptions): Promise<void> {
  const { topic, groupId } = source;
  const admin = source.kafka.admin();
  await admin.connect();
  try {
    const partitions = await replayable(admin, source);
    const lost = partitions.filter(({ low }) => low > 0n).length;
    if (wipe && lost > 0 && !force) {
      throw new ReplayRefused(
        `${lost} partition(s) of ${topic} no longer begin with their first record: wiping would lose what they told`,
      );
    }
    const offsets = partitions.map(({ partition, low }) => ({ partition, offset: low.toString() }));
    await admin.setOffsets({ groupId, topic, partitions: offsets });
    await wipe?.();
    await replay(admin, source, partitions, tell);
  } finally {
    await admin.disconnect();
  }
}

/** The topic's partitions as they are now. Refused while the group consumes: two would write at once. */
async function replayable(admin: Admin, { topic, groupId }: ReplaySource): Promise<Partition[]> {
  const { groups } = await admin.describeGroups([groupId]);
  const members = groups[0]?.members.length ?? 0;
  if (members > 0) throw new ReplayRefused(`the service still runs (${members} in group ${groupId}): stop it first`);
  if (!(await admin.listTopics()).includes(topic)) throw new ReplayRefused(`there is no topic ${topic}`);
  const offsets = await admin.fetchTopicOffsets(topic);
  return offsets.map(({ partition, low, high }) => ({ partition, low: BigInt(low), high: BigInt(high) }));
}

async function replay(
  admin: Admin,
  source: ReplaySource,
  partitions: readonly Partition[],
  tell: ReplayOptions['tell'],
): Promise<void> {
  const all = partitions.reduce((sum, { low, high }) => sum + high - low, 0n);
  const consumer = consume(source);
  try {
    for (let left = all; left > 0n; ) {
      await wait(200);
      left = await remaining(admin, source, partitions);
      tell(all - left, all);
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
