import type { FollowerPositions, Journal, JournalBatch, JournalCodec, LedgerLog, Scheduler } from './ports.ts';
import { readPage } from './read-journal.ts';

export type FollowerParts = Readonly<{
  journal: Journal;
  codec: JournalCodec;
  positions: FollowerPositions;
  scheduler: Scheduler;
  log: LedgerLog;
}>;

export type FollowerOptions = Readonly<{
  shard: number;
  /** Under which its position is saved. */
  follower: string;
  /** Does what is to be done with batches that follow each other; throws when it must be tried again. */
  take: (batches: readonly JournalBatch[]) => Promise<void>;
  /** How often its position is saved: what was taken since is taken again after a crash. */
  saveEveryMs?: number;
  /** Told how many durable batches it is behind. */
  lag?: (batches: number) => void;
}>;

/** How long a follower that was not woken waits before it looks again. */
const idleMs = 1_000;
/** Batches kept in memory for a follower that keeps up; one that does not reads the journal. */
const mostRecent = 100;
/** Why a wait ends: the same for all, for making a reason costs more than the wake itself. */
const woken = new Error('a batch has become durable');
const usualSaveEveryMs = 250;
const firstRetryMs = 100;
const lastRetryMs = 5_000;

/**
 * Follows the journal in order from its own saved position. What was taken but not yet saved is taken again after a
 * crash: whatever `take` does is safe to repeat. What it needs that is away is waited for; commits do not notice.
 */
export class JournalFollower {
  private stopping = AbortSignal.abort();
  /** Ends the present idle wait, if there is one. */
  private idle = new AbortController();
  /** What was committed here of late: it need not be read back. */
  private recent: JournalBatch[] = [];
  private journalEnd = 0;
  private position = 0;
  private saved = { position: 0, at: 0 };

  constructor(
    private readonly options: FollowerOptions,
    private readonly parts: FollowerParts,
  ) {}

  /** A batch has become durable, and is the journal's end now. */
  wake(batch: JournalBatch): void {
    this.journalEnd = batch.header.sequence;
    this.recent.push(batch);
    if (this.recent.length > mostRecent) this.recent.shift();
    this.tellLag();
    this.idle.abort(woken);
  }

  /** Follows until the signal aborts, from the position that was saved last. */
  async run(stopping: AbortSignal): Promise<void> {
    this.stopping = stopping;
    stopping.addEventListener('abort', () => this.idle.abort(), { once: true });
    const { follower, shard } = this.options;
    const saved = await this.retry(() => this.parts.positions.load(follower, shard));
    this.position = saved ?? 0;
    this.saved = { position: this.position, at: this.parts.scheduler.elapsed() };
    while (!stopping.aborted) {
      const taken = await this.retry(() => this.takeNextPage());
      if (taken === 0) await this.waitForMore();
    }
    if (saved !== undefined) await this.savePosition().catch((error: unknown) => this.warn(error));
    this.recent = [];
    this.journalEnd = 0;
  }

  /** Answers how many batches it took. */
  private async takeNextPage(): Promise<number> {
    const batches = await this.nextBatches();
    const last = batches.at(-1);
    if (last) {
      await this.options.take(batches);
      this.position = last.header.sequence;
      this.tellLag();
    }
    const { saveEveryMs = usualSaveEveryMs } = this.options;
    if (this.parts.scheduler.elapsed() - this.saved.at >= saveEveryMs) await this.savePosition();
    return batches.length;
  }

  /** Not after each page: what was taken since is taken again after a crash. */
  private async savePosition(): Promise<void> {
    if (this.saved.position === this.position) return;
    const { position } = this;
    const { follower, shard } = this.options;
    await this.parts.positions.save(follower, shard, position);
    this.saved = { position, at: this.parts.scheduler.elapsed() };
  }

  private async nextBatches(): Promise<readonly JournalBatch[]> {
    this.recent = this.recent.filter(({ header }) => header.sequence > this.position);
    // Another leader may have appended in between: only an unbroken line from the position on will do.
    const line = this.recent.filter(({ header }, offset) => header.sequence === this.position + 1 + offset);
    if (line.length > 0) return line;
    // Nothing can be there beyond what was committed here.
    if (this.journalEnd > 0 && this.journalEnd === this.position) return [];
    return readPage(this.parts.journal, this.parts.codec, this.options.shard, this.position + 1);
  }

  private tellLag(): void {
    this.options.lag?.(Math.max(0, this.journalEnd - this.position));
  }

  private async waitForMore(): Promise<void> {
    if (this.journalEnd > this.position || this.stopping.aborted) return;
    this.idle = new AbortController();
    await this.parts.scheduler.wait(idleMs, this.idle.signal);
  }

  /** Tries until it works; undefined once stopped. */
  private async retry<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
    for (let pauseMs = firstRetryMs; !this.stopping.aborted; pauseMs = Math.min(pauseMs * 2, lastRetryMs)) {
      try {
        return await work();
      } catch (error) {
        this.warn(error);
        await this.parts.scheduler.wait(pauseMs, this.stopping);
      }
    }
    return undefined;
  }

  private warn(error: unknown): void {
    this.parts.log.warn(`${this.options.follower} wait: ${String(error)}`);
  }
}
