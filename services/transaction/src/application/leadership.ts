import type { JournalEnd } from './commit-loop.ts';
import type { Lease } from './lease.ts';
import type { Ledger } from './ledger.ts';
import {
  type Journal,
  type JournalBatch,
  type JournalCodec,
  type LedgerLog,
  mostBatchesInPage,
  type Scheduler,
} from './ports.ts';
import { readJournal, readPage } from './read-journal.ts';
import { type Recovered, recover, replay } from './recover.ts';

type LeadershipParts = Readonly<{
  ledger: Ledger;
  lease: Lease;
  journal: Journal;
  codec: JournalCodec;
  /** Where the replay of the journal begins: after the newest checkpoint, or at the first batch. */
  openMemory: () => Promise<Omit<Recovered, 'records'> | undefined>;
  scheduler: Scheduler;
  log: LedgerLog;
}>;

export type LeadershipOptions = Readonly<{
  shard: number;
  /** How often a standby looks at the lease. */
  lookMs: number;
  /** How often a leader prolongs its lease. */
  renewMs: number;
}>;

/** What this process is to the shard: a standby knows where the leader takes calls. */
export type Role = 'recovering' | 'standby' | 'leader';

const retryMs = 500;
/** The journal is read at each so many looks at the lease: what is left is read when the lease is taken. */
const looksARead = 3;
/** A standby that finds a full page of the journal at a look, or one of so many bytes, is behind, and reads on at once. */
const fullPageBytes = 500_000;
/** A lease that is handed over is left to others for so many of their looks. */
const handOverLooks = 5;

/**
 * A replica's life: it reads the journal to its end, follows it while another leads, and leads once the lease is its
 * own. After that it follows again; who had decided what the journal may not have reads it anew. However the lease errs,
 * the journal takes batches from one writer alone.
 */
export class Leadership {
  private readonly stopping = new AbortController();
  private readonly listeners: Array<(role: Role) => void> = [];
  private work: Promise<void> = Promise.resolve();
  /** Aborts when the present leadership is to be handed over. */
  private handing = new AbortController();

  constructor(
    private readonly options: LeadershipOptions,
    private readonly parts: LeadershipParts,
  ) {}

  /** Told of every change. */
  onRole(listener: (role: Role) => void): void {
    this.listeners.push(listener);
  }

  /** Where calls are to be sent instead; undefined when this process leads, or nobody is known to. */
  get leaderAddress(): string | undefined {
    return this.parts.lease.leaderAddress;
  }

  start(): void {
    this.work = this.live();
  }

  /** Finishes what was taken and hands the lease back to whoever takes it first; follows from then on. */
  handOver(): void {
    this.handing.abort();
  }

  /** Finishes what was taken, hands the lease back, and ends. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.work;
  }

  private async live(): Promise<void> {
    let known: Recovered | undefined;
    while (!this.isStopping()) {
      try {
        this.become('recovering');
        known ??= await this.recover();
        if (await this.follow(known)) known = await this.lead(known);
        else await known.memory?.stop();
      } catch (error) {
        known = undefined;
        this.parts.log.warn(`shard ${this.options.shard} is tried again: ${String(error)}`);
        await this.pause(retryMs);
      }
    }
  }

  /** Looks at the lease meanwhile: one that ends while this reads is free by the time that it has read. */
  private async recover(): Promise<Recovered> {
    const { journal, codec, openMemory, scheduler, log } = this.parts;
    const startedAt = scheduler.elapsed();
    const over = new AbortController();
    const looking = this.lookOn(over.signal);
    try {
      const known = await recover(journal, codec, this.options.shard, await openMemory());
      const seconds = ((scheduler.elapsed() - startedAt) / 1_000).toFixed(1);
      log.info(`shard ${this.options.shard}: read in ${seconds} s, ${known.records} records behind the checkpoint`);
      return known;
    } finally {
      over.abort();
      await looking;
    }
  }

  private async lookOn(over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      // Whoever reads the journal of a store that is away tells so.
      await this.parts.lease.look().catch(() => undefined);
      await this.parts.scheduler.wait(this.options.lookMs, over);
    }
  }

  /** Follows the journal until the lease is ours, and then to its end. False: stopped meanwhile. */
  private async follow(known: Recovered): Promise<boolean> {
    let role: Role = 'recovering';
    for (let looks = 0; !this.isStopping(); looks++) {
      const isOurs = await this.parts.lease.tryToTake();
      if (isOurs || looks % looksARead === 0) await this.readOn(known, isOurs);
      if (isOurs) {
        await known.memory?.makeSure(known.state, known.end.sequence);
        return true;
      }
      // Before it knows who leads, it is of no use to any caller.
      if (role === 'recovering' && this.leaderAddress !== undefined) {
        role = 'standby';
        this.become(role);
      }
      if (known.memory?.isDue()) await known.memory.follow(known.state, known.end.sequence);
      await this.pause(this.options.lookMs);
    }
    return false;
  }

  /** One read is enough for who keeps up, and looks again soon; a new leader reads to the end. */
  private async readOn(known: Recovered, toEnd: boolean): Promise<void> {
    const { journal, codec } = this.parts;
    const { shard } = this.options;
    const page = await readPage(journal, codec, shard, known.end.sequence + 1);
    for (const batch of page) replay(known, batch);
    if (page.length === 0 || (!toEnd && !isFull(page))) return;
    for await (const batch of readJournal(journal, codec, shard, known.end.sequence + 1)) replay(known, batch);
  }

  /** Answers what is known after it; undefined where something was decided that the journal may not have. */
  private async lead(known: Recovered): Promise<Recovered | undefined> {
    const { ledger, lease, log } = this.parts;
    log.info(`leading shard ${this.options.shard} after batch ${known.end.sequence}`);
    const lost = new AbortController();
    const left = Promise.withResolvers<JournalEnd | undefined>();
    this.handing = new AbortController();
    const over = AbortSignal.any([lost.signal, this.stopping.signal, this.handing.signal]);
    ledger.lead(known, (end) => {
      left.resolve(end);
      lost.abort();
    });
    this.become('leader');
    while (!over.aborted) {
      await this.parts.scheduler.wait(this.options.renewMs, over);
      if (over.aborted) break;
      if (!(await this.renewed())) ledger.giveUp();
    }
    if (!lost.signal.aborted) {
      await ledger.stop();
      await lease.handBack();
      // Whom it was handed over for looks as often as this one.
      await this.pause(handOverLooks * this.options.lookMs);
    } else {
      log.warn(`shard ${this.options.shard}: another leads now`);
    }
    await known.memory?.stop();
    const end = await left.promise;
    return end && { ...known, end };
  }

  /** A store that is away takes nobody's lease either: it is tried again, and the fence holds meanwhile. */
  private async renewed(): Promise<boolean> {
    try {
      return await this.parts.lease.renew();
    } catch (error) {
      this.parts.log.warn(`the lease of shard ${this.options.shard} is not prolonged yet: ${String(error)}`);
      return true;
    }
  }

  private become(role: Role): void {
    for (const tell of this.listeners) tell(role);
  }

  private isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  private pause(ms: number): Promise<void> {
    return this.parts.scheduler.wait(ms, this.stopping.signal);
  }
}

function isFull(page: readonly JournalBatch[]): boolean {
  const bytes = page.reduce((sum, batch) => sum + batch.bytes.length, 0);
  return page.length >= mostBatchesInPage || bytes >= fullPageBytes;
}
