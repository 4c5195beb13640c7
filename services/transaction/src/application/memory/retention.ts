import type { Instant } from '../../domain/account.ts';
import { objectsOf } from './checkpoint.ts';
import type { CheckpointStore, ChunkStore, SnapshotCodec } from './ports.ts';

export type RetentionOptions = Readonly<{
  keepCheckpoints: number;
  /** How long what no checkpoint needs any more is kept, for a process that still reads by an older one. */
  graceMs: number;
}>;

type RetentionParts = Readonly<{ checkpoints: CheckpointStore; chunks: ChunkStore; snapshots: SnapshotCodec }>;

/**
 * Keeps the latest checkpoints, and removes what none of them needs: not at once, since another process may still read
 * by an older one, but when this process has seen it unneeded for a while. It counts by what it has seen itself, so that
 * no clock is compared with another's; a new process begins to count anew.
 */
export class Retention {
  private readonly unneededSince = new Map<string, Instant>();

  constructor(
    private readonly shard: number,
    private readonly options: RetentionOptions,
    private readonly parts: RetentionParts,
  ) {}

  /** `now`: by a clock that is never set; `inUse`: what this process reads or writes beside the checkpoints. */
  async sweep(now: Instant, inUse: readonly string[]): Promise<void> {
    const needed = new Set([...inUse, ...(await this.keepLatest())]);
    for (const name of await this.parts.chunks.registered(this.shard)) {
      const since = this.unneededSince.get(name) ?? now;
      this.unneededSince.delete(name);
      if (needed.has(name)) continue;
      if (now - since >= this.options.graceMs) await this.parts.chunks.remove(this.shard, name);
      else this.unneededSince.set(name, since);
    }
  }

  /** Removes the older checkpoints. Answers the objects that the others need. */
  private async keepLatest(): Promise<readonly string[]> {
    const { checkpoints, snapshots } = this.parts;
    const visible = await checkpoints.list(this.shard);
    const { keepCheckpoints } = this.options;
    for (const { sequence } of visible.slice(keepCheckpoints)) await checkpoints.remove(this.shard, sequence);
    return visible.slice(0, keepCheckpoints).flatMap(({ bytes }) => objectsOf(snapshots.decodeCheckpoint(bytes)));
  }
}
