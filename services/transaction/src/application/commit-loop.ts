import type { Instant } from '../domain/account.ts';
import type { LedgerRecord } from '../domain/record.ts';
import type { Expected } from './expected.ts';
import type {
  BatchHeader,
  EncodedBatch,
  Journal,
  JournalBatch,
  JournalCodec,
  LedgerLog,
  LedgerMetrics,
  Scheduler,
} from './ports.ts';
import { Rounds } from './rounds.ts';

export type Fate = 'durable' | 'lost';

/** The journal's end: what the next batch follows. */
export type JournalEnd = Readonly<{ sequence: number; hash: string; last: EncodedBatch | undefined }>;

export type CommitOptions = Readonly<{
  shard: number;
  writer: string;
  /** A batch that has reached one of these takes no more records. The store takes items of up to 400 KB. */
  maxBatchBytes: number;
  maxBatchRecords: number;
}>;

type CommitParts = Readonly<{
  journal: Journal;
  codec: JournalCodec;
  scheduler: Scheduler;
  metrics: LedgerMetrics;
  log: LedgerLog;
  expected: Expected;
  newBatchId: () => string;
  /** Told after each batch that is durable. */
  onCommitted: (batch: JournalBatch) => void;
  /**
   * The leadership is over: another writer has appended, or it was given up. Told once, after every batch at hand was
   * dropped. end: the journal's, where nothing had to be dropped: the state is that after it.
   */
  onOver: (end: JournalEnd | undefined) => void;
}>;

const firstRetryMs = 5;
const lastRetryMs = 1_000;
/** No record waits longer than this for what each turn brings, which is some appends' time. */
const longestGatherMs = 20;

/** Records on their way into one item of the journal. */
class Batch {
  readonly records: LedgerRecord[] = [];
  readonly encoded: Uint8Array[] = [];
  bytes = 0;
  sealed = false;
  settle: (fate: Fate) => void = () => undefined;
  readonly fate = new Promise<Fate>((resolve) => {
    this.settle = resolve;
  });

  constructor(readonly sequence: number) {}

  add(record: LedgerRecord, encoded: Uint8Array): void {
    this.records.push(record);
    this.encoded.push(encoded);
    this.bytes += encoded.length;
  }
}

/**
 * Group commit without a timer: while one batch is on its way into the journal, the next one gathers. A lone record
 * waits for nothing but its own append. One leadership long: once the fence is lost, a new loop begins after recovery.
 */
export class CommitLoop {
  /** Not durable yet, oldest first; the first may be on its way. */
  private readonly queue: Batch[] = [];
  private running = false;
  private lost = false;
  private waiting = 0;
  private hasAppended = false;
  /** The last batch that was sent to the journal. */
  private sent: number;
  private readonly looks = new Rounds(() => this.look());

  constructor(
    private end: JournalEnd,
    private readonly options: CommitOptions,
    private readonly parts: CommitParts,
  ) {
    this.sent = end.sequence;
  }

  /** Records that are not durable yet. */
  get depth(): number {
    return this.waiting;
  }

  /** Where the next record will lie. */
  nextPlace(): { shard: number; sequence: number; index: number } {
    const batch = this.gathering();
    return { shard: this.options.shard, sequence: batch.sequence, index: batch.records.length };
  }

  /** Where the next records will lie that must be durable together: in one batch. At most `maxBatchRecords`. */
  placeFor(count: number): { shard: number; sequence: number; index: number } {
    const last = this.queue.at(-1);
    const crowded = last && (last.records.length + count > this.options.maxBatchRecords || this.isWellFilled(last));
    // An empty batch has all the room that there is.
    if (crowded && last.records.length > 0) last.sealed = true;
    return this.nextPlace();
  }

  /**
   * Whether a batch of this leadership ends the journal. Before, whoever led until now can still append, and answer,
   * not knowing that he does not lead any more.
   */
  get isFence(): boolean {
    return this.hasAppended;
  }

  /** The last batch that is durable. */
  get durable(): number {
    return this.end.sequence;
  }

  /** Closes the batch that gathers. Answers the sequence of the last one: the state is now that after it. */
  close(): number {
    const last = this.queue.findLast((batch) => batch.records.length > 0);
    if (last) last.sealed = true;
    return last?.sequence ?? this.end.sequence;
  }

  /** Whether these records can share the batch that gathers now. */
  fits(encoded: readonly Uint8Array[]): boolean {
    const batch = this.gathering();
    const bytes = encoded.reduce((sum, { length }) => sum + length, batch.bytes);
    return bytes <= this.options.maxBatchBytes && batch.records.length + encoded.length <= this.options.maxBatchRecords;
  }

  /** Takes a record into the gathering batch. Resolves once its fate is known. */
  add(record: LedgerRecord, encoded: Uint8Array): Promise<Fate> {
    const batch = this.gathering();
    batch.add(record, encoded);
    this.waiting += 1;
    this.parts.metrics.queueDepth(this.waiting);
    if (!this.running) {
      this.running = true;
      void this.run();
    }
    return batch.fate;
  }

  /** Resolves once the fate of all that was added so far is known: an answer drawn from it may leave then. */
  settled(): Promise<Fate> {
    if (this.lost) return Promise.resolve('lost');
    const last = this.queue.findLast((batch) => batch.records.length > 0);
    return last?.fate ?? Promise.resolve('durable');
  }

  /** As `settled`, and 'durable' only when the journal shows no batch of another writer by then. */
  async confirmed(): Promise<Fate> {
    const sentBefore = this.sent;
    const fate = await this.settled();
    // A batch of our own that was sent since, and is durable, has asked the journal the same.
    if (fate === 'lost' || this.end.sequence > sentBefore) return fate;
    await this.looks.ask();
    return this.lost ? 'lost' : 'durable';
  }

  private async look(): Promise<void> {
    const { journal, codec } = this.parts;
    const next = await journal.readOne(this.options.shard, this.end.sequence + 1);
    if (next && codec.decodeBatch(next).header.writer !== this.options.writer) this.giveUp();
  }

  private gathering(): Batch {
    const last = this.queue.at(-1);
    if (last && !last.sealed && !this.isFull(last)) return last;
    const batch = new Batch((last?.sequence ?? this.end.sequence) + 1);
    // A record that comes after the loss shares its fate.
    if (this.lost) batch.settle('lost');
    this.queue.push(batch);
    return batch;
  }

  private isFull(batch: Batch): boolean {
    return batch.bytes >= this.options.maxBatchBytes || batch.records.length >= this.options.maxBatchRecords;
  }

  private isWellFilled(batch: Batch): boolean {
    return batch.bytes > this.options.maxBatchBytes / 8;
  }

  private async run(): Promise<void> {
    for (let batch = await this.nextBatch(); batch; batch = await this.nextBatch()) {
      batch.sealed = true;
      this.sent = batch.sequence;
      const startedAt = this.parts.scheduler.now();
      const encoded = this.parts.codec.encodeBatch(this.header(batch), batch.encoded);
      const result = await this.append(encoded);
      if (this.lost) return;
      if (result === 'taken') return this.giveUp();
      this.end = { sequence: batch.sequence, hash: encoded.hash, last: encoded };
      this.hasAppended = true;
      this.queue.shift();
      this.waiting -= batch.records.length;
      this.tell(batch, encoded, startedAt);
      batch.settle('durable');
    }
  }

  /**
   * The next one to be appended; undefined when there is nothing to append. It gathers as long as it has room and each
   * turn of the event loop brings more, or many are expected: where there is more to do than time, fewer and larger
   * appends do it. A lone record waits for the turn in which it came, and for nothing else.
   */
  private async nextBatch(): Promise<Batch | undefined> {
    const { scheduler, expected } = this.parts;
    const until = scheduler.elapsed() + longestGatherMs;
    await this.gather(until);
    if (this.waiting > 0 && this.queue.length < 2 && expected.areMany) {
      await expected.arrival();
      await this.gather(until);
    }
    const batch = this.queue[0];
    if (batch && batch.records.length > 0 && !this.lost) return batch;
    // At once: whoever adds a record from now on must set it going again.
    this.running = false;
    return undefined;
  }

  private async gather(until: number): Promise<void> {
    const { scheduler } = this.parts;
    for (let before = 0; before < this.waiting && this.queue.length < 2 && scheduler.elapsed() < until; ) {
      before = this.waiting;
      await new Promise<void>((resolve) => scheduler.soon(resolve));
    }
  }

  private header(batch: Batch): BatchHeader {
    return {
      shard: this.options.shard,
      sequence: batch.sequence,
      writer: this.options.writer,
      batchId: this.parts.newBatchId(),
      previousHash: this.end.hash,
      decidedAt: batch.records.at(-1)?.decidedAt ?? 0,
    };
  }

  /**
   * Tries until the journal says what became of the batch. After a broken connection the batch before it is appended
   * again first: the journal recognises it, or, had the store lost its last write, has it back.
   */
  private async append(batch: EncodedBatch): Promise<'appended' | 'taken'> {
    const { journal, scheduler, metrics, log } = this.parts;
    let broken = false;
    for (let pauseMs = firstRetryMs; !this.lost; pauseMs = Math.min(pauseMs * 2, lastRetryMs)) {
      try {
        if (broken && this.end.last && (await journal.append(this.end.last)) === 'taken') return 'taken';
        return await journal.append(batch);
      } catch (error) {
        // Whether it was appended is not known: only asking again tells.
        broken = true;
        metrics.appendFailed();
        log.warn(`append of batch ${batch.header.sequence} is tried again: ${String(error)}`);
        await scheduler.wait(pauseMs);
      }
    }
    return 'taken';
  }

  /** Whatever is not durable by now is dropped: its callers are told that they cannot know. */
  giveUp(isStateSound = true): void {
    if (this.lost) return;
    this.lost = true;
    for (const batch of this.queue) batch.settle('lost');
    this.parts.onOver(isStateSound && this.waiting === 0 ? this.end : undefined);
  }

  private tell(batch: Batch, encoded: EncodedBatch, startedAt: Instant): void {
    const { metrics, scheduler, onCommitted } = this.parts;
    metrics.batchCommitted({
      sequence: batch.sequence,
      records: batch.records.length,
      bytes: encoded.bytes.length,
      durationMs: scheduler.now() - startedAt,
    });
    metrics.queueDepth(this.waiting);
    onCommitted({ ...encoded, records: batch.records });
  }
}
