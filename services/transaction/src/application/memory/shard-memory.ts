import type { LedgerState } from '../../domain/ledger-state.ts';
import { forget, type Trace } from '../../domain/trace.ts';
import type { Journal, JournalBatch, JournalCodec, LedgerLog, LedgerMetrics, Scheduler } from '../ports.ts';
import { type Checkpoint, objectsOf, type StoredObject } from './checkpoint.ts';
import type { ObjectParts } from './chunked-object.ts';
import { DamagedObject } from './damaged-object.ts';
import { EntrySorter } from './entry-sorter.ts';
import type { IndexRun } from './index-run.ts';
import { KeyHash } from './key-hash.ts';
import { KeyIndex } from './key-index.ts';
import type { CheckpointStore, ChunkStore, Digest, SnapshotCodec } from './ports.ts';
import { Recall } from './recall.ts';
import { RecentRecords } from './recent-records.ts';
import { Retention, type RetentionOptions } from './retention.ts';
import { changesBetween, emptySnapshot, type Snapshot, snapshotOf, writeSnapshot } from './snapshot.ts';
import { WorkShare } from './work-share.ts';

export type MemoryOptions = RetentionOptions &
  Readonly<{
    /** A checkpoint is due once so much was journaled since the last one ... */
    minTailBytes: number;
    /** ... and so many times the size of the state that it names: so a start replays little beside what it reads. */
    tailRatio: number;
    /** The latest records, which stay in memory though the index covers them: they are asked for most. */
    keepRecords: number;
    /** Of one core, for work in the background: above 0 to 1. */
    workShare: number;
  }>;

export type MemoryParts = Readonly<{
  journal: Journal;
  codec: JournalCodec;
  snapshots: SnapshotCodec;
  chunks: ChunkStore;
  checkpoints: CheckpointStore;
  scheduler: Scheduler;
  log: LedgerLog;
  metrics: Pick<LedgerMetrics, 'working'>;
  digest: Digest;
  /** A name that no object ever had. */
  newName: () => string;
  /** 8 bytes that nobody can guess. */
  newHashKey: () => Uint8Array;
}>;

/** The state as this process last wrote it: a snapshot as a whole, and the changes since. */
type Written = Readonly<{ snapshot: Snapshot; parts: readonly StoredObject[] }>;

type Indexes = Readonly<Record<'keys' | 'entries', readonly IndexRun[]>>;

const nothingWritten: Written = { snapshot: emptySnapshot, parts: [] };
const retryMs = 5_000;
/** Of one core, for a checkpoint that is overdue: callers come first all the same. */
const largestDueShare = 0.6;
/** A checkpoint names them all in one item. */
const mostChanges = 32;

/**
 * What keeps a shard's memory bounded, and its start fast. Told of every durable batch, it writes, from time to time
 * and in the background, a checkpoint: a snapshot of the accounts and open holds, and an index of where all else lies
 * in the journal. What the index covers can then leave the state, and is recalled when it is asked for.
 */
export class ShardMemory {
  readonly recall: Recall;
  /** Where each account's entries lie, by account id. */
  readonly entries: KeyIndex;
  private readonly keys: KeyIndex;
  readonly objects: ObjectParts;
  private readonly retention: Retention;
  private readonly recent = new RecentRecords();
  private stopping = new AbortController();
  /** What is being written, and not named by a checkpoint or an index yet. */
  private readonly begun = new Set<string>();
  private hash: KeyHash;
  private snapshotBytes = 0;
  private written: Written = nothingWritten;
  /** Journaled since the last checkpoint. */
  private tailBytes = 0;
  private notBefore = 0;
  /** What is to leave the state. */
  private readonly old: Trace[] = [];
  private writing: Promise<void> | undefined;
  private merging: Promise<void> | undefined;

  constructor(
    private readonly shard: number,
    private readonly options: MemoryOptions,
    private readonly parts: MemoryParts,
  ) {
    const newName = () => {
      const name = parts.newName();
      this.begun.add(name);
      return name;
    };
    this.objects = { shard, store: parts.chunks, digest: parts.digest, newName };
    this.retention = new Retention(shard, options, parts);
    this.hash = new KeyHash(parts.newHashKey());
    this.keys = new KeyIndex(this.objects, { filtered: true, fanOut: 2 }, this.hash);
    this.entries = new KeyIndex(this.objects, { filtered: false, fanOut: 8 }, this.hash);
    this.recall = new Recall(shard, { ...parts, keys: this.keys });
  }

  /** The last batch that the index covers; 0 before the first checkpoint. */
  get covered(): number {
    return this.recall.covered;
  }

  /** Reads what is kept in memory of a visible checkpoint's indexes. `adopt` makes them its own. */
  async open({ keys, entries }: Checkpoint): Promise<Indexes> {
    const [keyRuns, entryRuns] = await Promise.all([this.keys.open(keys), this.entries.open(entries)]);
    return { keys: keyRuns, entries: entryRuns };
  }

  /** Goes on from a visible checkpoint. */
  adopt({ sequence, hashKey, state }: Checkpoint, { keys, entries }: Indexes): void {
    this.hash = new KeyHash(hashKey);
    this.keys.use(keys, this.hash);
    this.entries.use(entries, this.hash);
    this.written = nothingWritten;
    this.cover(sequence, state);
  }

  /** A standby's way to a bounded memory: takes over the leader's newest checkpoint up to where it has come itself. */
  async follow(state: LedgerState, sequence: number): Promise<void> {
    const [newest] = await this.parts.checkpoints.list(this.shard);
    if (!newest || newest.sequence <= this.covered || newest.sequence > sequence) return;
    await this.takeOver(this.parts.snapshots.decodeCheckpoint(newest.bytes), state);
  }

  /**
   * Before it leads, from the journal's end on: what it reads by must be named by a visible checkpoint. All else may have
   * been swept by whoever has led meanwhile, or may be any time. Throws where no checkpoint helps: it must begin anew.
   */
  async makeSure(state: LedgerState, sequence: number): Promise<void> {
    const visible = await this.readable();
    const named = new Set(visible.flatMap(objectsOf));
    if (this.inUse().every((name) => named.has(name))) return;
    const [newest] = visible;
    // From an older one on, what memory has let go since would be nowhere.
    if (!newest || newest.sequence < this.covered || newest.sequence > sequence) {
      throw new DamagedObject('what this process reads by may be swept, and no checkpoint stands in for it');
    }
    await this.takeOver(newest, state);
  }

  /** The visible checkpoints, newest first, but for what is none: a start passes that over, and so does who leads. */
  private async readable(): Promise<readonly Checkpoint[]> {
    const visible = await this.parts.checkpoints.list(this.shard);
    return visible.flatMap(({ bytes }) => {
      try {
        return [this.parts.snapshots.decodeCheckpoint(bytes)];
      } catch {
        return [];
      }
    });
  }

  private async takeOver(checkpoint: Checkpoint, state: LedgerState): Promise<void> {
    this.adopt(checkpoint, await this.open(checkpoint));
    await this.letGo(state);
  }

  /** What this process reads by, and would name in its next checkpoint. */
  private inUse(): string[] {
    return objectsOf({ state: this.written.parts, keys: this.keys.stored, entries: this.entries.stored });
  }

  /** Told of every batch that is durable, in order. */
  committed(batch: JournalBatch): void {
    this.recent.push(batch);
    this.tailBytes += batch.bytes.length;
  }

  /** Whether a checkpoint should be begun, or so many in one. Asked after a batch; costs next to nothing. */
  isDue(tails = 1): boolean {
    if (this.writing || this.parts.scheduler.elapsed() < this.notBefore) return false;
    return this.tails >= tails;
  }

  /** What was journaled since the last checkpoint, in units of what makes one due. */
  private get tails(): number {
    const { minTailBytes, tailRatio } = this.options;
    return this.tailBytes / Math.max(minTailBytes, tailRatio * this.snapshotBytes);
  }

  /**
   * Begins a checkpoint of the state as it is now, which must be that after the batch with this sequence, durable or
   * not: the checkpoint becomes visible only after the batch is durable, and never when it is lost. Afterwards it lets
   * go of what is old. Resolves when all is done; a failure is logged, and tried again some seconds later.
   */
  checkpoint(state: LedgerState, sequence: number, workShare = this.dueShare): Promise<void> {
    if (this.writing) return this.writing;
    const share = new WorkShare(this.parts.scheduler, workShare, this.stopping.signal);
    this.writing = this.write(state, snapshotOf(state), sequence, share)
      .catch((error: unknown) => this.tell('a checkpoint could not be written', error))
      .finally(() => {
        this.writing = undefined;
        this.rested();
      });
    this.parts.metrics.working(true);
    return this.writing;
  }

  /**
   * Lets go of what the index covers, but for the latest records. What was recalled of late goes too; and what an earlier
   * time, that was stopped, has left.
   */
  async letGo(state: LedgerState, share = this.inBackground()): Promise<void> {
    for (const trace of this.recall.release()) this.old.push(trace);
    for (const trace of this.recent.release(this.covered, this.options.keepRecords)) this.old.push(trace);
    for (let count = 0, trace = this.old.pop(); trace; count++, trace = this.old.pop()) {
      forget(state, trace);
      if (count % 256 === 0) await share.turn();
    }
  }

  /** Ends the work in the background, until some is begun again; what it has written is swept by a later leader. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.settled();
    this.stopping = new AbortController();
  }

  /** Resolves when nothing goes on in the background. */
  async settled(): Promise<void> {
    await this.writing;
    await this.merging;
  }

  private async write(state: LedgerState, snapshot: Snapshot, sequence: number, share: WorkShare): Promise<void> {
    if (sequence <= this.covered) return;
    const batch = await this.recent.durable(sequence, this.stopping.signal);
    const { snapshots, checkpoints } = this.parts;
    const written = await this.writeState(snapshot, share);
    const sorters = {
      keys: new EntrySorter((text) => this.hash.of(text)),
      entries: new EntrySorter((text) => this.hash.of(text)),
    };
    await this.recent.enter({ after: this.covered, upTo: sequence }, sorters, share);
    const keyRun = await this.keys.write(sorters.keys, share);
    const entryRun = await this.entries.write(sorters.entries, share);
    const checkpoint: Checkpoint = {
      shard: this.shard,
      sequence,
      journalHash: batch.hash,
      decidedAt: batch.decidedAt,
      hashKey: this.hash.key,
      state: written.parts,
      keys: [...this.keys.stored, keyRun.stored],
      entries: [...this.entries.stored, entryRun.stored],
    };
    // When another process has made one after the same batch, that is as good: the next names what this one wrote.
    await checkpoints.publish(this.shard, sequence, snapshots.encodeCheckpoint(checkpoint));
    this.keys.add(keyRun);
    this.entries.add(entryRun);
    this.cover(sequence, written.parts);
    this.written = written;
    await this.letGo(state, share);
    await this.sweep(checkpoint);
    this.merging ??= this.merge().finally(() => {
      this.merging = undefined;
      this.rested();
    });
  }

  /**
   * What has changed since this process wrote one. The whole at first, and once all such changes come to as much: a start
   * reads little more than twice the whole.
   */
  private async writeState(snapshot: Snapshot, share: WorkShare): Promise<Written> {
    const { parts, snapshot: before } = this.written;
    const [whole, ...changes] = parts;
    const anew = !whole || changes.length >= mostChanges || bytesOf(changes) >= whole.bytes;
    const since = await changesBetween(anew ? emptySnapshot : before, snapshot, share);
    const stored = await writeSnapshot(since, this.parts.snapshots, this.objects, share);
    return { snapshot, parts: anew ? [stored] : [...parts, stored] };
  }

  /** One of the two works of the background has ended. */
  private rested(): void {
    if (this.writing || this.merging) return;
    this.begun.clear();
    this.parts.metrics.working(false);
  }

  private cover(sequence: number, stateParts: readonly StoredObject[]): void {
    this.recall.covered = sequence;
    this.snapshotBytes = bytesOf(stateParts);
    this.tailBytes = this.recent.bytesAfter(sequence);
  }

  private async merge(): Promise<void> {
    try {
      while ((await this.keys.merge(this.inBackground())) || (await this.entries.merge(this.inBackground())));
    } catch (error) {
      this.tell('index runs could not be merged', error);
    }
  }

  /** A failure here is no failure of the checkpoint, which is visible by now. */
  private async sweep(published: Checkpoint): Promise<void> {
    const inUse = [...objectsOf(published), ...this.inUse(), ...this.begun];
    await this.retention
      .sweep(this.parts.scheduler.elapsed(), inUse)
      .catch((error: unknown) => this.tell('old checkpoints could not be swept', error));
  }

  /** The longer the journal behind the last checkpoint, the larger: a start must read it, however fast it grows. */
  private get dueShare(): number {
    const { workShare } = this.options;
    return Math.max(workShare, Math.min(workShare * this.tails, largestDueShare));
  }

  private inBackground(): WorkShare {
    return new WorkShare(this.parts.scheduler, this.options.workShare, this.stopping.signal);
  }

  private tell(what: string, error: unknown): void {
    if (this.stopping.signal.aborted) return;
    this.notBefore = this.parts.scheduler.elapsed() + retryMs;
    this.parts.log.warn(`shard ${this.shard}: ${what}: ${String(error)}`);
  }
}

function bytesOf(objects: readonly StoredObject[]): number {
  return objects.reduce((sum, { bytes }) => sum + bytes, 0);
}
