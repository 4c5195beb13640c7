import type { Instant } from '../domain/account.ts';
import type { Scheduler } from './ports.ts';

/** Who should lead a shard, as the store has it. Each change raises the version by one. */
export type LeaseItem = Readonly<{
  version: number;
  /** The process that holds it; empty once it was handed back. */
  holder: string;
  /** Where the holder takes calls: host and port. */
  address: string;
}>;

export interface LeaseStore {
  /** Strongly read. */
  read(shard: number): Promise<LeaseItem | undefined>;
  /**
   * Puts the item if the one there has the version before it; the first has version 1. False: another was quicker.
   * True also when this very item is there: then the answer to an earlier try was lost.
   */
  put(shard: number, item: LeaseItem): Promise<boolean>;
}

/** Whether two items are one and the same: no two processes have the same name. */
export function isSame(one: LeaseItem, other: LeaseItem): boolean {
  return one.version === other.version && one.holder === other.holder && one.address === other.address;
}

export type LeaseOptions = Readonly<{
  shard: number;
  holder: string;
  address: string;
  /** After so long without a change the lease is anybody's. */
  leaseMs: number;
}>;

/** What was there, and since when nothing else. */
type Seen = { item: LeaseItem | undefined; since: Instant };

/** Of a lease's time a holder counts on so much only: clocks do not run equally fast. */
const sureShare = 0.8;

/**
 * Says who should lead. For liveness alone: that two never both write is the journal's fence. No clock is compared
 * with another's: a lease is anybody's when one and the same process has seen it unchanged for `leaseMs`.
 */
export class Lease {
  private seen: Seen | undefined;
  private sureUntil = Number.NEGATIVE_INFINITY;
  /** What was put last, and when it was sent first: from then on it may be there. */
  private tried: { item: LeaseItem; sentAt: Instant } | undefined;

  constructor(
    private readonly options: LeaseOptions,
    private readonly store: LeaseStore,
    private readonly scheduler: Scheduler,
  ) {}

  /** Where the leader takes calls, as far as is known here; undefined when there is none, or it is this process. */
  get leaderAddress(): string | undefined {
    const item = this.seen?.item;
    // Who had this very address before is there no more.
    return item && item.holder !== '' && item.address !== this.options.address ? item.address : undefined;
  }

  /** Whether nobody else can hold it yet: what was read here until now is not the past. */
  isSure(): boolean {
    return this.scheduler.elapsed() < this.sureUntil;
  }

  /** Sees who holds it. Who looks for long enough before he wants it need not wait for its end then. */
  async look(): Promise<void> {
    await this.read();
  }

  /** Takes the lease if it is free or has run out. True when it is ours now. */
  async tryToTake(): Promise<boolean> {
    const { item, since } = await this.read();
    const isFree = !item || item.holder === '';
    if (!isFree && this.scheduler.elapsed() - since < this.options.leaseMs) return false;
    return this.put((item?.version ?? 0) + 1, this.options.holder);
  }

  /** While the store does not answer, whoever holds it cannot prolong it either: that time counts for nobody. */
  private async read(): Promise<Seen> {
    const askedAt = this.scheduler.elapsed();
    const item = await this.store.read(this.options.shard).finally(() => {
      if (this.seen) this.seen.since += this.scheduler.elapsed() - askedAt;
    });
    if (!this.seen || this.seen.item?.version !== item?.version) {
      this.seen = { item, since: this.scheduler.elapsed() };
    }
    return this.seen;
  }

  /** Prolongs it. False when another has taken it. */
  async renew(): Promise<boolean> {
    return this.put(this.heldVersion() + 1, this.options.holder);
  }

  /** Hands it back, so that nobody has to wait for its end. */
  async handBack(): Promise<void> {
    this.sureUntil = Number.NEGATIVE_INFINITY;
    await this.put(this.heldVersion() + 1, '');
  }

  private heldVersion(): number {
    const item = this.seen?.item;
    if (item?.holder !== this.options.holder) throw new Error('the lease is not held here');
    return item.version;
  }

  private async put(version: number, holder: string): Promise<boolean> {
    const item = { version, holder, address: this.options.address };
    if (!this.tried || !isSame(this.tried.item, item)) this.tried = { item, sentAt: this.scheduler.elapsed() };
    const { sentAt } = this.tried;
    const isOurs = await this.store.put(this.options.shard, item);
    if (!isOurs) {
      // Who it is now is seen at the next look.
      this.seen = undefined;
      this.sureUntil = Number.NEGATIVE_INFINITY;
      return false;
    }
    this.seen = { item, since: sentAt };
    // Others count from when they see it, which is after it was sent.
    if (holder !== '') this.sureUntil = sentAt + this.options.leaseMs * sureShare;
    return true;
  }
}
