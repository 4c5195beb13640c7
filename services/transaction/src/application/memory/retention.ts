import type { Instant } from '../../domain/account.ts';
import { objectsOf } from './checkpoint.ts';
import type { CheckpointStore, ChunkStore, SnapshotCodec } from './ports.ts';

export type RetentionParts = Readonly<{ checkpoints: CheckpointStore; chunks: ChunkStore; snapshots: SnapshotCodec }>;

/**
 * Keeps the latest checkpoints, and removes what none of them needs: not at once, since another process may still read
 * by an older one, but when nobody has needed it for a while. `inUse`: what this process reads or writes beside them.
 */
export async function sweep(
  shard: number,
  { checkpoints, chunks, snapshots }: RetentionParts,
  { keep, graceMs, now, inUse }: { keep: number; graceMs: number; now: Instant; inUse: readonly string[] },
): Promise<void> {
  const visible = await checkpoints.list(shard);
  const needed = new Set(inUse);
  for (const { bytes } of visible.slice(0, keep)) {
    for (const name of objectsOf(snapshots.decodeCheckpoint(bytes))) needed.add(name);
  }
  for (const { sequence } of visible.slice(keep)) await checkpoints.remove(shard, sequence);
  for (const { name, unusedSince } of await chunks.registered(shard)) {
    if (needed.has(name)) {
      if (unusedSince !== undefined) await chunks.setUnused(shard, name, undefined);
    } else if (unusedSince === undefined) await chunks.setUnused(shard, name, now);
    else if (now - unusedSince >= graceMs) await chunks.remove(shard, name);
  }
}
