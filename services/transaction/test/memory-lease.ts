import { isSame, type LeaseItem, type LeaseStore } from '../src/application/lease.ts';

/** The lease's twin for tests: the same answers, kept in memory. */
export class MemoryLease implements LeaseStore {
  private readonly items = new Map<number, LeaseItem>();

  async read(shard: number): Promise<LeaseItem | undefined> {
    return this.items.get(shard);
  }

  async put(shard: number, item: LeaseItem): Promise<boolean> {
    const present = this.items.get(shard);
    if ((present?.version ?? 0) !== item.version - 1) return present !== undefined && isSame(present, item);
    this.items.set(shard, item);
    return true;
  }
}
