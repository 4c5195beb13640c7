import type { StoredRun } from './checkpoint.ts';
import { type ObjectParts, ObjectWriter } from './chunked-object.ts';
import { addToFilter, filterBytes } from './filter.ts';
import { entryBytes, writeEntry } from './index-entry.ts';
import { IndexRun } from './index-run.ts';
import type { WorkShare } from './work-share.ts';

const entriesPerChunk = 4_096;
/** Keeps a page of the guide well below what an item may hold, with filters and without. */
const guidePageBytes = 200_000;

/** Writes a run, entry by entry in order, in constant memory but for its guide. */
export class RunWriter {
  private chunk = Buffer.allocUnsafe(entriesPerChunk * entryBytes);
  private length = 0;
  private readonly firsts: Buffer[] = [];
  private readonly filters: Buffer[] = [];

  private constructor(
    private readonly parts: ObjectParts,
    private readonly share: WorkShare,
    private readonly filtered: boolean,
    private readonly data: ObjectWriter,
  ) {}

  static async begin(parts: ObjectParts, share: WorkShare, filtered: boolean): Promise<RunWriter> {
    return new RunWriter(parts, share, filtered, await ObjectWriter.begin(parts, share));
  }

  /** Answers whether the chunk at hand is full: then it must be flushed before the next entry. */
  add(hash: number, sequence: number, index: number): boolean {
    writeEntry(this.chunk, this.length, hash, sequence, index);
    if (this.filtered) this.addToFilter(hash);
    if (this.length === 0) this.firsts.push(Buffer.from(this.chunk.subarray(0, entryBytes)));
    this.length += entryBytes;
    return this.length === this.chunk.length;
  }

  async flush(): Promise<void> {
    if (this.length === 0) return;
    await this.data.put(this.chunk.subarray(0, this.length));
    this.length = 0;
  }

  async finish(level: number): Promise<IndexRun> {
    await this.flush();
    const guide = await ObjectWriter.begin(this.parts, this.share);
    const perChunk = this.filtered ? filterBytes : 0;
    const perPage = Math.floor(guidePageBytes / (entryBytes + perChunk));
    for (let from = 0; from < this.firsts.length; from += perPage) {
      const filters = this.filters.slice(from, from + perPage);
      await guide.put(Buffer.concat([...this.firsts.slice(from, from + perPage), ...filters]));
    }
    const stored: StoredRun = { level, data: await this.data.finish(), guide: await guide.finish() };
    const inMemory = {
      firsts: Buffer.concat(this.firsts),
      filters: this.filtered ? Buffer.concat(this.filters) : undefined,
    };
    return new IndexRun(this.parts, stored, inMemory, perChunk);
  }

  private addToFilter(hash: number): void {
    if (this.length === 0) this.filters.push(Buffer.alloc(filterBytes));
    const filter = this.filters.at(-1);
    if (filter) addToFilter(filter, 0, hash);
  }
}
