import type { FollowerPositions } from '../src/application/ports.ts';

/** Positions for tests without an engine. */
export class MemoryPositions implements FollowerPositions {
  private readonly positions = new Map<string, number>();

  async load(follower: string, shard: number): Promise<number> {
    return this.positions.get(`${follower}/${shard}`) ?? 0;
  }

  async save(follower: string, shard: number, sequence: number): Promise<void> {
    this.positions.set(`${follower}/${shard}`, sequence);
  }
}
