import type { Sha256 } from '../../domain/entry.ts';
import { HoldSweeper } from '../expire-holds.ts';
import type { JournalFollower } from '../follow-journal.ts';
import { Leadership, type Role } from '../leadership.ts';
import { Lease, type LeaseStore } from '../lease.ts';
import { Ledger } from '../ledger.ts';
import { openSystemAccounts } from '../open-system-accounts.ts';
import type {
  EventSink,
  FollowerPositions,
  Journal,
  JournalCodec,
  LedgerLog,
  LedgerMetrics,
  Scheduler,
} from '../ports.ts';
import { publishEvents } from '../publish-events.ts';
import type { Recovered } from '../recover.ts';
import { courier } from './courier.ts';
import { ReservationResolver } from './resolve-reservations.ts';
import { LedgerDesk, type ShardDesk } from './shard-desk.ts';

export type ShardReplicaOptions = Readonly<{
  shard: number;
  shards: number;
  /** Of two processes that ever were, no two have the same. */
  writer: string;
  /** Where other replicas reach this process. */
  address: string;
  leaseMs: number;
  sweepMs: number;
  maxBatchBytes: number;
  maxBatchRecords: number;
  maxQueuedRecords: number;
}>;

export type ShardReplicaParts = Readonly<{
  journal: Journal;
  codec: JournalCodec;
  positions: FollowerPositions;
  sink: EventSink;
  leaseStore: LeaseStore;
  /** Where the replay of the journal begins: after the newest checkpoint, or at the first batch. */
  openMemory: () => Promise<Omit<Recovered, 'records'> | undefined>;
  /** Of any shard. */
  deskOf: (shard: number) => ShardDesk;
  scheduler: Scheduler;
  metrics: LedgerMetrics;
  log: LedgerLog;
  sha256: Sha256;
  newBatchId: () => string;
}>;

const retryMs = 500;
const followersEndWithinMs = 2_000;

/**
 * One shard in one process: it follows the shard's journal, or leads it. While it leads it also expires holds, tells
 * events, brings to other shards what is remitted to them, and ends reservations that nobody names.
 */
export class ShardReplica {
  readonly ledger: Ledger;
  readonly lease: Lease;
  readonly desk: LedgerDesk;
  private readonly leadership: Leadership;
  private readonly sweeper: HoldSweeper;
  private readonly resolver: ReservationResolver;
  private readonly followers: readonly JournalFollower[];
  private present: Role = 'recovering';
  private ending = false;
  /** Ends what only a leader does. */
  private leading = new AbortController();
  /** What a leader does: settles when all of it has ended. */
  private work: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly options: ShardReplicaOptions,
    private readonly parts: ShardReplicaParts,
  ) {
    const { shard, shards, writer, address, leaseMs, sweepMs, ...bounds } = options;
    const { journal, codec, scheduler, log, deskOf } = parts;
    this.lease = new Lease({ shard, holder: writer, address, leaseMs }, parts.leaseStore, scheduler);
    this.ledger = new Ledger({ shard, writer, ...bounds }, { ...parts, isSureToLead: () => this.lease.isSure() });
    this.desk = new LedgerDesk(shard, this.ledger);
    this.leadership = new Leadership(
      { shard, lookMs: leaseMs / 6, renewMs: leaseMs / 3 },
      { journal, codec, scheduler, log, lease: this.lease, ledger: this.ledger, openMemory: parts.openMemory },
    );
    this.sweeper = new HoldSweeper(this.ledger, scheduler, log, sweepMs);
    this.resolver = new ReservationResolver({ ledger: this.ledger, desk: this.desk, deskOf, scheduler, log });
    const others = Array.from({ length: shards }, (_, other) => other).filter((other) => other !== shard);
    this.followers = [
      publishEvents(shard, parts),
      ...others.map((to) => courier({ from: shard, to }, { ...parts, ledger: this.ledger, desk: () => deskOf(to) })),
    ];
  }

  get shard(): number {
    return this.options.shard;
  }

  get role(): Role {
    return this.present;
  }

  /** Once told to stop it learns no more who leads. */
  get isEnding(): boolean {
    return this.ending;
  }

  /** Where calls are to be sent instead; undefined when this process leads, or nobody is known to. */
  get leaderAddress(): string | undefined {
    return this.leadership.leaderAddress;
  }

  /** onRole: told of every change. */
  start(onRole: (role: Role) => void): void {
    this.ledger.onCommitted((batch) => {
      for (const follower of this.followers) follower.wake(batch);
    });
    this.leadership.onRole((role) => {
      this.play(role);
      onRole(role);
    });
    this.leadership.start();
  }

  /** Hands the lease to whoever takes it, and follows from then on. */
  handOver(): void {
    this.leadership.handOver();
  }

  /** Calls that are in flight are answered. */
  stop(): Promise<void> {
    this.ending = true;
    return this.leadership.stop();
  }

  /** What was not told or delivered by now is after the next start: those it is for may be away, and take long. */
  async ended(): Promise<void> {
    this.leading.abort();
    await Promise.race([this.work, this.parts.scheduler.wait(followersEndWithinMs)]);
  }

  private play(role: Role): void {
    this.present = role;
    this.leading.abort();
    if (role !== 'leader') return;
    this.leading = new AbortController();
    const { signal } = this.leading;
    // One leadership after the other: the one before may still be telling its last events.
    this.work = this.work.then(() => this.lead(signal));
  }

  private async lead(signal: AbortSignal): Promise<void> {
    await this.openAccounts(signal);
    const followers = this.followers.map((follower) => follower.run(signal));
    const resolving = this.options.shards > 1 ? [this.resolver.run(signal)] : [];
    await Promise.all([this.sweeper.run(signal), ...resolving, ...followers]);
  }

  /** A store that is away is waited for. */
  private async openAccounts(signal: AbortSignal): Promise<void> {
    const { log, scheduler } = this.parts;
    while (!signal.aborted) {
      try {
        return await openSystemAccounts(this.ledger, this.options.shard);
      } catch (error) {
        log.warn(`shard ${this.options.shard} is not ready yet: ${String(error)}`);
        await scheduler.wait(retryMs, signal);
      }
    }
  }
}
