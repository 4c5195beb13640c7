import { isSame, type LeaseItem } from '../../src/application/lease.ts';
import { DamagedObject } from '../../src/application/memory/damaged-object.ts';
import type { EncodedBatch } from '../../src/application/ports.ts';
import { MemoryCheckpoints, MemoryChunks } from '../memory-chunks.ts';
import type { Truth } from './truth.ts';
import type { World } from './world.ts';

/** The store was asked, and did not answer well. */
export class StoreTrouble extends Error {}

/**
 * The store as it is at the far end of the network: each operation happens there in one instant. What was ever durable
 * is told to the truth.
 */
export class SimulatedStore {
  /** Counts the lives of the store: who was connected to another one is so no more. */
  life = 1;
  downUntil = 0;
  readonly chunks = new MemoryChunks();
  readonly checkpoints = new MemoryCheckpoints();
  private readonly batches: Array<EncodedBatch | undefined> = [];
  private lease: LeaseItem | undefined;
  private readonly positions = new Map<string, number>();
  private lost: EncodedBatch | undefined;
  /** How often it lost its last batch. */
  private losses = 0;

  constructor(
    private readonly world: World,
    private readonly truth: Truth,
    private readonly pageSize: number,
  ) {}

  get isDown(): boolean {
    return this.world.now < this.downUntil;
  }

  /** Whether a batch was lost that nobody has brought back yet. */
  get hasLost(): boolean {
    return this.lost !== undefined;
  }

  /** Whether it is for a process's request to fail so: it did not answer well, or does not have what it should. */
  isToBlame(error: unknown): boolean {
    return error instanceof StoreTrouble || (error instanceof DamagedObject && this.losses > 0);
  }

  append(batch: EncodedBatch): 'appended' | 'taken' {
    const { sequence, batchId } = batch.header;
    const present = this.batches[sequence - 1];
    if (present) return present.header.batchId === batchId ? 'appended' : 'taken';
    this.batches[sequence - 1] = batch;
    this.world.mix(batch.hash);
    if (this.lost?.header.sequence === sequence) this.bringBack(batch);
    else this.truth.append(batch, this.lost !== undefined);
    return 'appended';
  }

  read(fromSequence: number, most = this.pageSize): readonly Uint8Array[] {
    const page: Uint8Array[] = [];
    while (page.length < most) {
      const batch = this.batches[fromSequence - 1 + page.length];
      if (!batch) break;
      page.push(batch.bytes);
    }
    return page;
  }

  readOne(sequence: number): Uint8Array | undefined {
    return this.batches[sequence - 1]?.bytes;
  }

  readLease(): LeaseItem | undefined {
    return this.lease;
  }

  putLease(item: LeaseItem): boolean {
    if ((this.lease?.version ?? 0) !== item.version - 1) return this.lease !== undefined && isSame(this.lease, item);
    this.lease = item;
    return true;
  }

  loadPosition(follower: string): number {
    return this.positions.get(follower) ?? 0;
  }

  savePosition(follower: string, sequence: number): void {
    this.positions.set(follower, sequence);
  }

  /** Killed and started again, as DynamoDB Local may be: every connection breaks, and its last batch may be gone. */
  kill(downMs: number, losesLast: boolean): void {
    this.life += 1;
    this.downUntil = this.world.now + downMs;
    if (!losesLast) return;
    const last = this.batches.pop();
    this.lost = last;
    this.losses += 1;
    this.world.note(() => `the store has lost batch ${last?.header.sequence}`);
  }

  private bringBack(batch: EncodedBatch): void {
    if (batch.hash !== this.lost?.hash) {
      this.world.broken(
        'acknowledged is durable',
        `batch ${batch.header.sequence} was lost, and another took its place`,
      );
    }
    this.lost = undefined;
    this.world.count('lost batches brought back');
  }
}
