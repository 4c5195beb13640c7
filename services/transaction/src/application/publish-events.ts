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
const firstRetryMs = 100;
const lastRetryMs = 5_000;

/**
 * Follows the journal and tells its events, in order, from its own saved position. What was told but not yet saved is
 * told again after a crash, under the same event ids. A sink that is away is waited for; commits do not notice.
 */
export class PublishEvents {
  private readonly stopping = new AbortController();
  /** Ends the present idle wait, if there is one. */
  private idle = new AbortController();
  /** What was committed here of late: it need not be read back. */
  private recent: JournalBatch[] = [];
  private journalEnd = 0;
  private position = 0;

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

  stop(): void {
    this.stopping.abort();
    this.idle.abort();
  }

  async run(): Promise<void> {
    const saved = await this.retry(() => this.parts.positions.load(follower, this.shard));
    this.position = saved ?? 0;
    while (!this.stopping.signal.aborted) {
      const told = await this.retry(() => this.publishNextPage());
      if (told === 0) await this.waitForMore();
    }
  }

  /** Answers how many batches it told. */
  private async publishNextPage(): Promise<number> {
    const { sink, positions } = this.parts;
    const batches = await this.nextBatches();
    const last = batches.at(-1);
    if (!last) return 0;
    await sink.publish(batches.flatMap((batch) => batch.records));
    await positions.save(follower, this.shard, last.header.sequence);
    this.position = last.header.sequence;
    this.tellLag();
    return batches.length;
  }

  private async nextBatches(): Promise<readonly JournalBatch[]> {
    this.recent = this.recent.filter(({ header }) => header.sequence > this.position);
    // Another leader may have appended in between: only an unbroken line from the position on will do.
    const line = this.recent.filter(({ header }, offset) => header.sequence === this.position + 1 + offset);
    if (line.length > 0) return line;
    return readPage(this.parts.journal, this.parts.codec, this.shard, this.position + 1);
  }

  private tellLag(): void {
    this.parts.metrics.publisherLag(Math.max(0, this.journalEnd - this.position));
  }

  private async waitForMore(): Promise<void> {
    if (this.journalEnd > this.position || this.stopping.signal.aborted) return;
    this.idle = new AbortController();
    await this.parts.scheduler.wait(idleMs, this.idle.signal);
  }

  /** Tries until it works; undefined once stopped. */
  private async retry<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
    for (let pauseMs = firstRetryMs; !this.stopping.signal.aborted; pauseMs = Math.min(pauseMs * 2, lastRetryMs)) {
      try {
        return await work();
      } catch (error) {
        this.parts.log.warn(`events wait: ${String(error)}`);
        await this.parts.scheduler.wait(pauseMs, this.stopping.signal);
      }
    }
    return undefined;
  }
}
