import type { CheckpointStore, ChunkStore } from '../src/application/memory/ports.ts';

/** The chunk store's twin for tests. */
export class MemoryChunks implements ChunkStore {
  readonly chunks = new Map<string, Uint8Array>();
  private readonly objects = new Map<string, string>();

  async register(shard: number, name: string): Promise<void> {
    this.objects.set(`${shard} ${name}`, name);
  }

  async put(name: string, number: number, bytes: Uint8Array): Promise<void> {
    this.chunks.set(`${name}#${number}`, Uint8Array.from(bytes));
  }

  async get(name: string, numbers: readonly number[]): Promise<ReadonlyArray<Uint8Array | undefined>> {
    return numbers.map((number) => this.chunks.get(`${name}#${number}`));
  }

  async registered(shard: number): Promise<readonly string[]> {
    return [...this.objects].filter(([key]) => key.startsWith(`${shard} `)).map(([, name]) => name);
  }

  async remove(shard: number, name: string): Promise<void> {
    for (let number = 0; this.chunks.delete(`${name}#${number}`); number++);
    this.objects.delete(`${shard} ${name}`);
  }
}

/** The checkpoint store's twin for tests. */
export class MemoryCheckpoints implements CheckpointStore {
  private readonly checkpoints = new Map<string, { shard: number; sequence: number; bytes: Uint8Array }>();

  async publish(shard: number, sequence: number, bytes: Uint8Array): Promise<'published' | 'taken'> {
    if (this.checkpoints.has(`${shard}/${sequence}`)) return 'taken';
    this.checkpoints.set(`${shard}/${sequence}`, { shard, sequence, bytes });
    return 'published';
  }

  async list(shard: number) {
    const ofShard = [...this.checkpoints.values()].filter((checkpoint) => checkpoint.shard === shard);
    return ofShard.sort((one, other) => other.sequence - one.sequence);
  }

  async remove(shard: number, sequence: number): Promise<void> {
    this.checkpoints.delete(`${shard}/${sequence}`);
  }
}
