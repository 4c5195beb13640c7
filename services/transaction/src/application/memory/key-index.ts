import type { StoredRun } from './checkpoint.ts';
import type { ObjectParts } from './chunked-object.ts';
import type { EntrySorter } from './entry-sorter.ts';
import { filterBytes } from './filter.ts';
import type { RecordPlace } from './index-entry.ts';
import { IndexRun, lastPlace } from './index-run.ts';
import type { KeyHash } from './key-hash.ts';
import { mergeRuns } from './merge-runs.ts';
import { RunWriter } from './run-writer.ts';
import type { WorkShare } from './work-share.ts';

export type IndexOptions = Readonly<{
  /** Filters keep what is not there from costing a read; they take 2 bytes of memory an entry. */
  filtered: boolean;
  /** So many runs of one level are merged into one of the next. Few: fewer runs to look at; many: less is rewritten. */
  fanOut: number;
}>;

/**
 * Finds where in the journal something lies, by its text. It holds hashes alone. Sorted runs in the store, built by the logarithmic
 * method: each checkpoint adds a run, and runs of one level are merged into one of the next. In memory are the runs'
 * guides alone. A place that it tells is a hint: two texts may share a hash, so the record there must be looked at.
 */
export class KeyIndex {
  /** Oldest first; replaced as a whole, so that whoever reads goes on with those that he began with. */
  private runs: readonly IndexRun[] = [];

  constructor(
    private readonly parts: ObjectParts,
    private readonly options: IndexOptions,
    private hash: KeyHash,
  ) {}

  get stored(): readonly StoredRun[] {
    return this.runs.map(({ stored }) => stored);
  }

  /** Reads the guides of runs that are in the store, but for those that are here already. `use` makes them the index. */
  open(stored: readonly StoredRun[]): Promise<readonly IndexRun[]> {
    const bytes = this.options.filtered ? filterBytes : 0;
    const here = new Map(this.runs.map((run) => [run.stored.data.name, run]));
    return Promise.all(stored.map((run) => here.get(run.data.name) ?? IndexRun.open(this.parts, run, bytes)));
  }

  use(runs: readonly IndexRun[], hash: KeyHash): void {
    this.runs = runs;
    this.hash = hash;
  }

  hashOf(text: string): number {
    return this.hash.of(text);
  }

  /** False: it knows of nothing by that text. No I/O, and well below a microsecond a run. */
  mayHold(text: string): boolean {
    if (this.runs.length === 0) return false;
    const hash = this.hash.of(text);
    for (let newest = this.runs.length - 1; newest >= 0; newest--) {
      if (this.runs[newest]?.mayHold(hash)) return true;
    }
    return false;
  }

  /** Where something by that text may lie, at or before a place, latest first. */
  async *places(text: string, upTo: RecordPlace = lastPlace): AsyncGenerator<RecordPlace> {
    const hash = this.hash.of(text);
    for (const run of this.runs.toReversed()) yield* run.places(hash, upTo);
  }

  /** Writes entries, all of them later than those in the index, as a run; it is found only once it is added. */
  async write(entries: EntrySorter, share: WorkShare): Promise<IndexRun> {
    const writer = await RunWriter.begin(this.parts, share, this.options.filtered);
    await entries.writeTo(writer, share);
    return writer.finish(0);
  }

  add(run: IndexRun): void {
    this.runs = [...this.runs, run];
  }

  /** Merges the lowest level that has enough runs; false when none has. New runs may be added meanwhile. */
  async merge(share: WorkShare): Promise<boolean> {
    const group = this.mergeable();
    if (!group) return false;
    const merged = await mergeRuns(group, this.parts, share, this.options.filtered);
    this.runs = this.runs.flatMap((run) => (run === group[0] ? [merged] : group.includes(run) ? [] : [run]));
    return true;
  }

  /** Levels fall from the oldest run to the newest, so those of one level are neighbours. */
  private mergeable(): readonly IndexRun[] | undefined {
    for (const { stored } of this.runs.toReversed()) {
      const level = this.runs.filter((run) => run.stored.level === stored.level);
      if (level.length >= this.options.fanOut) return level.slice(0, this.options.fanOut);
    }
    return undefined;
  }
}
