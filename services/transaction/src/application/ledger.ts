import { transactionId } from '@ipe/ledger/transaction-id';
import type { Account, Instant } from '../domain/account.ts';
import { apply } from '../domain/apply.ts';
import type { Moment, Outcome } from '../domain/decision.ts';
import type { Sha256 } from '../domain/entry.ts';
import type { LedgerState, LedgerView } from '../domain/ledger-state.ts';
import type { LedgerRecord } from '../domain/record.ts';
import { stagedOn } from '../domain/staged-ledger.ts';
import { type Call, type Reply, type Unserved, unserved } from './admission.ts';
import { CommitLoop, type CommitOptions, type Fate, type JournalEnd } from './commit-loop.ts';
import { Expected } from './expected.ts';
import type { Needs, Recalled } from './memory/recall.ts';
import type { ShardMemory } from './memory/shard-memory.ts';
import type { Journal, JournalBatch, JournalCodec, LedgerLog, LedgerMetrics, Scheduler } from './ports.ts';
import type { Recovered } from './recover.ts';
import type { Task } from './task.ts';

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
  /** Whether no other process can have begun to lead yet. When it may, a read asks the journal before it answers. */
  isSureToLead: () => boolean;
  newBatchId: () => string;
}>;

type Leading = Readonly<{ state: LedgerState; loop: CommitLoop; memory: ShardMemory | undefined }>;

/** What was let go, and is needed for a decision again. */
type Found = Readonly<{ leading: Leading; recalled: Map<Needs, Recalled> }>;

/** What was decided, and what becomes of its record, if it has one. */
type Taken<Answer> = Readonly<{ outcome: Outcome<Answer>; fate: Promise<Fate> | undefined }>;

/** Tasks that were decided together: all are done, or none is. */
export type Together<Answer> = Readonly<{ done: boolean; replies: ReadonlyArray<Reply<Answer>> }>;

export type Rehearsal<Answer> = Readonly<{ reply: Reply<Answer>; accounts: readonly Account[] }>;

const stopWithinMs = 5_000;
/** Look-ups into the store at a time. */
const mostAtOnce = 32;

/**
 * The leader of a shard: holds its state, decides commands one after the other as they arrive, and lets an answer
 * leave only once all that it was decided on is durable.
 */
export class Ledger {
  /** Whoever must know something first is expected here meanwhile. */
  readonly expected: Expected;
  private leading: Leading | undefined;
  private stopped = false;
  private readonly committedListeners: Array<(batch: JournalBatch) => void> = [];

  constructor(
    private readonly options: LedgerOptions,
    private readonly parts: LedgerParts,
  ) {
    this.expected = new Expected(parts.scheduler);
  }

  /** Told of every batch that became durable here, in order. */
  onCommitted(listener: (batch: JournalBatch) => void): void {
    this.committedListeners.push(listener);
  }

  /**
   * Leads from the journal's end on, until the fence is lost, or it is stopped: then `onOver` is told, once; and up to
   * where in the journal the state that it was given tells it now, unless something was decided and not journaled.
   */
  lead({ state, end, memory }: Omit<Recovered, 'records'>, onOver: (end: JournalEnd | undefined) => void): void {
    const loop: CommitLoop = new CommitLoop(end, this.options, {
      ...this.parts,
      expected: this.expected,
      onCommitted: (batch) => {
        memory?.committed(batch);
        if (memory?.isDue()) void memory.checkpoint(state, loop.close());
        for (const tell of this.committedListeners) tell(batch);
      },
      onOver: (last) => {
        this.leading = undefined;
        void memory?.stop();
        onOver(last);
      },
    });
    this.stopped = false;
    this.leading = { state, loop, memory };
  }

  /**
   * Decides on the present state, journals what was decided, and answers once that, and all that it was decided on,
   * is durable: also when nothing new is journaled, as for a refusal, a replayed answer or a read.
   */
  async execute<Answer>(call: Call, task: Task<Answer>): Promise<Reply<Answer>> {
    let found: Found | undefined;
    while (this.lacks([task], found)) found = await this.fetch([task], found);
    const leading = this.begin(call, found);
    if (typeof leading === 'string') return unserved(leading);
    const { outcome, fate } = this.take(leading, call, task);
    return this.whenDurable(outcome, await (fate ?? this.unchanged(leading)));
  }

  /** Decides one after the other, each for itself, in one go. */
  async executeEach<Answer>(call: Call, tasks: readonly Task<Answer>[]): Promise<ReadonlyArray<Reply<Answer>>> {
    let found: Found | undefined;
    while (this.lacks(tasks, found)) found = await this.fetch(tasks, found);
    const leading = this.begin(call, found);
    if (typeof leading === 'string') return tasks.map(() => unserved(leading));
    const taken = tasks.map((task) =>
      leading.loop.depth < this.options.maxQueuedRecords ? this.take(leading, call, task) : undefined,
    );
    // One look at the journal is enough for all that changed nothing, and one wait for all of a batch.
    const unchanged = taken.some((one) => one && !one.fate) ? this.unchanged(leading) : undefined;
    const fates = taken.map((one) => one && (one.fate ?? unchanged));
    const distinct = [...new Set(fates)];
    const settled = await Promise.all(distinct);
    return taken.map((one, at) => {
      const fate = settled[distinct.indexOf(fates[at])];
      return one && fate ? this.whenDurable(one.outcome, fate) : unserved('queue_full');
    });
  }

  /**
   * Decides one after the other, and journals them in one batch, or none of them when one is refused. Answers what
   * each was or would have been decided; those behind a refusal are not looked at.
   */
  async executeTogether<Answer>(call: Call, tasks: readonly Task<Answer>[]): Promise<Together<Answer>> {
    let found: Found | undefined;
    while (this.lacks(tasks, found)) found = await this.fetch(tasks, found);
    const leading = this.begin(call, found);
    if (typeof leading === 'string') return { done: false, replies: [unserved(leading)] };
    const staged = stagedOn(leading.state);
    const place = leading.loop.placeFor(tasks.length);
    const records: LedgerRecord[] = [];
    const replies: Array<Reply<Answer>> = [];
    for (const task of tasks) {
      const id = transactionId({ ...place, index: place.index + records.length });
      const { outcome, record } = task.decide(staged, { ...this.moment(leading, call), transactionId: id });
      replies.push(outcome);
      if (outcome.kind === 'refused') {
        const fate = await this.unchanged(leading);
        return { done: false, replies: fate === 'lost' ? [unserved('not_leading')] : replies };
      }
      if (!record) continue;
      apply(staged, record);
      records.push(record);
    }
    const encoded = records.map((record) => this.parts.codec.encodeRecord(record));
    if (!leading.loop.fits(encoded)) return { done: false, replies: [unserved('too_large')] };
    const fates = records.map((record, at) => this.journalise(leading, record, encoded[at]));
    const fate = await (fates.at(-1) ?? this.unchanged(leading));
    return { done: fate === 'durable', replies: fate === 'lost' ? [unserved('not_leading')] : replies };
  }

  /** What a task would come to now, and the accounts that it would change, after it. Nothing is kept of it. */
  async rehearse<Answer>(call: Call, task: Task<Answer>): Promise<Rehearsal<Answer>> {
    let found: Found | undefined;
    while (this.lacks([task], found)) found = await this.fetch([task], found);
    const leading = this.begin(call, found);
    if (typeof leading === 'string') return { reply: unserved(leading), accounts: [] };
    // What does not happen has no place in the journal, and no id.
    const { outcome, record } = task.decide(leading.state, { ...this.moment(leading, call), transactionId: '' });
    const staged = stagedOn(leading.state);
    if (record) apply(staged, record);
    const accounts = [...staged.accounts.values()];
    const fate = await this.unchanged(leading);
    return { reply: this.whenDurable(outcome, fate), accounts: fate === 'lost' ? [] : accounts };
  }

  /** A look at the state, which may tell what is not durable yet: for choosing a way, never for an answer. */
  peek<Seen>(look: (state: LedgerView, now: Instant) => Seen): Seen | undefined {
    return this.leading && look(this.leading.state, this.ledgerTime(this.leading));
  }

  /** The same, once what the look needs is in memory. */
  async foresee<Seen>(needs: Needs, look: (state: LedgerView, now: Instant) => Seen): Promise<Seen | undefined> {
    let found: Found | undefined;
    while (this.lacks([needs], found)) found = await this.fetch([needs], found);
    this.remember(found);
    return this.peek(look);
  }

  /** What was so at a past instant is found in the journal up to `durable`, by this. Undefined: nobody leads here. */
  get past(): Readonly<{ memory: ShardMemory | undefined; durable: number }> | undefined {
    return this.leading && { memory: this.leading.memory, durable: this.leading.loop.durable };
  }

  /** Takes no more commands; ends when what was taken is durable, or after some seconds with a store that is away. */
  async stop(): Promise<void> {
    this.stopped = true;
    const loop = this.leading?.loop;
    if (!loop) return;
    await Promise.race([loop.settled(), this.parts.scheduler.wait(stopWithinMs)]);
    loop.giveUp();
  }

  /** Leads no more. What is not durable by now is dropped: its callers are told that they cannot know. */
  giveUp(): void {
    this.leading?.loop.giveUp();
  }

  /** Whether the store must be asked first. Never, for keys that are new and transactions of late. */
  private lacks(needs: readonly Needs[], found: Found | undefined): boolean {
    const { leading } = this;
    const recall = leading?.memory?.recall;
    if (!recall || recall.covered === 0) return false;
    // What was found under an earlier leadership may be the past by now.
    const recalled = found?.leading === leading ? found.recalled : undefined;
    return needs.some((one) => recall.lacks(leading.state, one, recalled?.get(one)));
  }

  /** Looks up what memory has let go. Nothing is changed by it: `begin` puts it back, in the turn of the decision. */
  private async fetch(needs: readonly Needs[], before: Found | undefined): Promise<Found | undefined> {
    const { leading } = this;
    const recall = leading?.memory?.recall;
    if (!recall) return undefined;
    const recalled = before?.leading === leading ? before.recalled : new Map<Needs, Recalled>();
    const lacking = needs.filter((one) => recall.lacks(leading.state, one, recalled.get(one)));
    for (let from = 0; from < lacking.length; from += mostAtOnce) {
      const some = lacking.slice(from, from + mostAtOnce);
      await Promise.all(some.map(async (one) => recalled.set(one, await recall.fetch(leading.state, one))));
    }
    return { leading, recalled };
  }

  private remember(found: Found | undefined): void {
    const { leading } = this;
    if (!leading?.memory || found?.leading !== leading) return;
    for (const one of found.recalled.values()) leading.memory.recall.remember(leading.state, one);
  }

  /** Who leads now, with all that was found in its state; or why nothing is begun. */
  private begin(call: Call, found: Found | undefined): Leading | Unserved {
    const { leading } = this;
    if (!leading || this.stopped) return 'not_leading';
    if (this.parts.scheduler.now() >= call.deadline) return 'deadline_exceeded';
    if (leading.loop.depth >= this.options.maxQueuedRecords) return 'queue_full';
    this.remember(found);
    return leading;
  }

  private take<Answer>(leading: Leading, call: Call, task: Task<Answer>): Taken<Answer> {
    const { outcome, record } = task.decide(leading.state, this.moment(leading, call));
    return { outcome, fate: record && this.journalise(leading, record) };
  }

  /** The fate of what was decided without a record: that of the records before it, and a leader's who is one still. */
  private unchanged({ loop }: Leading): Promise<Fate> {
    return this.parts.isSureToLead() && loop.isFence ? loop.settled() : loop.confirmed();
  }

  private whenDurable<Answer>(outcome: Outcome<Answer>, fate: Fate): Reply<Answer> {
    if (fate === 'lost') return unserved('not_leading');
    if (outcome.kind === 'answered' && outcome.replayed) this.parts.metrics.replayed();
    return outcome;
  }

  private journalise(
    { state, loop }: Leading,
    record: LedgerRecord,
    encoded = this.parts.codec.encodeRecord(record),
  ): Promise<Fate> {
    try {
      apply(state, record);
    } catch (error) {
      // A bug, and the state may be half changed: only the journal still tells the truth.
      loop.giveUp(false);
      throw error;
    }
    return loop.add(record, encoded);
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
}
