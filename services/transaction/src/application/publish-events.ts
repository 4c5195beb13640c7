import type {
  EventSink,
  FollowerPositions,
  Journal,
  JournalBatch,
  JournalCodec,
  LedgerLog,
  LedgerMetrics,
  Scheduler,
} from './ports.ts';
import { readPage } from './read-journal.ts';

type PublisherParts = Readonly<{
  journal: Journal;
  codec: JournalCodec;
  positions: FollowerPositions;
  sink: EventSink;
  scheduler: Scheduler;
  metrics: LedgerMetrics;
  log: LedgerLog;
}>;

const follower = 'events';
/** How long a follower that was not woken waits before it looks again. */
const idleMs = 1_000;
/** Batches kept in memory for a follower that keeps up; one that does not reads the journal. */
const mostRecent = 100;
/** How often a position is saved while there is much to tell. */
const saveEveryMs = 250;
const firstRetryMs = 100;
const lastRetryMs = 5_000;

/**
 * Follows the journal and tells its events, in order, from its own saved position. What was told but not yet saved is
 * told again after a crash, under the same event ids. A sink that is away is waited for; commits do not notice.
 */
export class PublishEvents {
  private stopping = AbortSignal.abort();
  /** Ends the present idle wait, if there is one. */
  private idle = new AbortController();
  /** What was committed here of late: it need not be read back. */
  private recent: JournalBatch[] = [];
  private journalEnd = 0;
  private position = 0;
  private saved = { position: 0, at: 0 };

  constructor(
    private readonly shard: number,
    private readonly parts: PublisherParts,
  ) {}

  /** A batch has become durable, and is the journal's end now. */
  wake(batch: JournalBatch): void {
    this.journalEnd = batch.header.sequence;
    this.recent.push(batch);
    if (this.recent.length > mostRecent) this.recent.shift();
    this.tellLag();
    this.idle.abort();
  }

  /** Tells events until the signal aborts, from the position that was saved last. */
  async run(stopping: AbortSignal): Promise<void> {
    this.stopping = stopping;
    stopping.addEventListener('abort', () => this.idle.abort(), { once: true });
    const saved = await this.retry(() => this.parts.positions.load(follower, this.shard));
    this.position = saved ?? 0;
    this.saved = { position: this.position, at: this.parts.scheduler.elapsed() };
    while (!stopping.aborted) {
      const told = await this.retry(() => this.publishNextPage());
      if (told === 0) await this.waitForMore();
    }
    if (saved !== undefined) await this.savePosition().catch((error: unknown) => this.warn(error));
    this.recent = [];
    this.journalEnd = 0;
  }

  /** Answers how many batches it told. */
  private async publishNextPage(): Promise<number> {
    const batches = await this.nextBatches();
    const last = batches.at(-1);
    if (last) {
      await this.parts.sink.publish(batches.flatMap((batch) => batch.records));
      this.position = last.header.sequence;
      this.tellLag();
    }
    if (!last || this.parts.scheduler.elapsed() - this.saved.at >= saveEveryMs) await this.savePosition();
    return batches.length;
  }

  /** Not after each page: what was told since is told again after a crash, under the same event ids. */
  private async savePosition(): Promise<void> {
    if (this.saved.position === this.position) return;
    const { position } = this;
    await this.parts.positions.save(follower, this.shard, position);
    this.saved = { position, at: this.parts.scheduler.elapsed() };
  }

  private async nextBatches(): Promise<readonly JournalBatch[]> {
    this.recent = this.recent.filter(({ header }) => header.sequence > this.position);
    // Another leader may have appended in between: only an unbroken line from the position on will do.
    const line = this.recent.filter(({ header }, offset) => header.sequence === this.position + 1 + offset);
    if (line.length > 0) return line;
    // Nothing can be there beyond what was committed here.
    if (this.journalEnd > 0 && this.journalEnd === this.position) return [];
    return readPage(this.parts.journal, this.parts.codec, this.shard, this.position + 1);
  }

  private tellLag(): void {
    this.parts.metrics.publisherLag(Math.max(0, this.journalEnd - this.position));
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
    this.parts.log.warn(`events wait: ${String(error)}`);
  }
}
