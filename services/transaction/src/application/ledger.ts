import type { Instant } from '../domain/account.ts';
import { apply } from '../domain/apply.ts';
import type { Decision, Moment } from '../domain/decision.ts';
import type { Sha256 } from '../domain/entry.ts';
import type { LedgerState, LedgerView } from '../domain/ledger-state.ts';
import type { LedgerRecord } from '../domain/record.ts';
import { transactionId } from '../domain/transaction-id.ts';
import { type Call, type Reply, unserved } from './admission.ts';
import { CommitLoop, type CommitOptions, type Fate, type JournalEnd } from './commit-loop.ts';
import type { Journal, JournalBatch, JournalCodec, LedgerLog, LedgerMetrics, Scheduler } from './ports.ts';
import { recover } from './recover.ts';

export type LedgerOptions = CommitOptions & {
  /** Records that may wait for their append; a write beyond is not served. */
  maxQueuedRecords: number;
};

export type LedgerParts = Readonly<{
  journal: Journal;
  codec: JournalCodec;
  scheduler: Scheduler;
  metrics: LedgerMetrics;
  log: LedgerLog;
  sha256: Sha256;
  newBatchId: () => string;
}>;

type Leading = Readonly<{ state: LedgerState; loop: CommitLoop }>;

const recoveryRetryMs = 500;
const stopWithinMs = 5_000;

/**
 * The leader of a shard: holds its state, decides commands one after the other as they arrive, and lets an answer
 * leave only once all that it was decided on is durable.
 */
export class Ledger {
  private leading: Leading | undefined;
  private stopped = false;
  private readonly committedListeners: Array<(batch: JournalBatch) => void> = [];
  private readonly leadershipListeners: Array<(leading: boolean) => void> = [];

  constructor(
    private readonly options: LedgerOptions,
    private readonly parts: LedgerParts,
  ) {}

  /** Told of every batch that became durable here, in order. */
  onCommitted(listener: (batch: JournalBatch) => void): void {
    this.committedListeners.push(listener);
  }

  /** Told whenever this begins or ceases to lead. */
  onLeadership(listener: (leading: boolean) => void): void {
    this.leadershipListeners.push(listener);
  }

  /** Reads the journal to its end and leads from there; tries until the store answers, or this is stopped. */
  async lead(): Promise<void> {
    while (!this.stopped && !this.leading) {
      try {
        const { state, end, records } = await recover(this.parts.journal, this.parts.codec, this.options.shard);
        this.parts.log.info(`leading shard ${this.options.shard} after batch ${end.sequence} (${records} records)`);
        this.leading = { state, loop: this.newLoop(end) };
        for (const tell of this.leadershipListeners) tell(true);
      } catch (error) {
        this.parts.log.warn(`the journal cannot be read, trying again: ${String(error)}`);
        await this.parts.scheduler.wait(recoveryRetryMs);
      }
    }
  }

  /**
   * Decides on the present state, journals what was decided, and answers once that, and all that it was decided on,
   * is durable: also when nothing new is journaled, as for a refusal, a replayed answer or a read.
   */
  async execute<Answer>(
    call: Call,
    decide: (state: LedgerView, moment: Moment) => Decision<Answer>,
  ): Promise<Reply<Answer>> {
    const { leading } = this;
    if (!leading || this.stopped) return unserved('not_leading');
    if (this.parts.scheduler.now() >= call.deadline) return unserved('deadline_exceeded');
    if (leading.loop.depth >= this.options.maxQueuedRecords) return unserved('queue_full');
    const { outcome, record } = decide(leading.state, this.moment(leading, call));
    const fate = await (record ? this.journalise(leading, record) : leading.loop.settled());
    if (fate === 'lost') return unserved('not_leading');
    if (outcome.kind === 'answered' && outcome.replayed) this.parts.metrics.replayed();
    return outcome;
  }

  /** A look at the state, which may tell what is not durable yet: for choosing a way, never for an answer. */
  peek<Seen>(look: (state: LedgerView, now: Instant) => Seen): Seen | undefined {
    return this.leading && look(this.leading.state, this.ledgerTime(this.leading));
  }

  /** Takes no more commands; ends when what was taken is durable, or after some seconds with a store that is away. */
  async stop(): Promise<void> {
    this.stopped = true;
    const loop = this.leading?.loop;
    if (!loop) return;
    await Promise.race([loop.settled(), this.parts.scheduler.wait(stopWithinMs)]);
    loop.giveUp();
  }

  private journalise({ state, loop }: Leading, record: LedgerRecord): Promise<Fate> {
    const bytes = this.parts.codec.encodeRecord(record);
    try {
      apply(state, record);
    } catch (error) {
      // A bug, and the state may be half changed: only the journal still tells the truth.
      loop.giveUp();
      throw error;
    }
    return loop.add(record, bytes);
  }

  private moment(leading: Leading, call: Call): Moment {
    return {
      now: this.ledgerTime(leading),
      transactionId: transactionId(leading.loop.nextPlace()),
      traceparent: call.traceparent,
      sha256: this.parts.sha256,
    };
  }

  /** The clock, but never earlier than the last record: clocks are set back, books are not. */
  private ledgerTime({ state }: Leading): Instant {
    return Math.max(this.parts.scheduler.now(), state.decidedAt);
  }

  private newLoop(end: JournalEnd): CommitLoop {
    return new CommitLoop(end, this.options, {
      ...this.parts,
      onCommitted: (batch) => {
        for (const tell of this.committedListeners) tell(batch);
      },
      onLost: () => this.follow(),
    });
  }

  /** Drops the state, of which some is not durable and never will be, and begins again from the journal. */
  private follow(): void {
    this.leading = undefined;
    for (const tell of this.leadershipListeners) tell(false);
    if (this.stopped) return;
    this.parts.log.warn(`shard ${this.options.shard}: another writer has appended; reading the journal again`);
    void this.lead();
  }
}
