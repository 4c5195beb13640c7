import type { StoredRun } from './checkpoint.ts';
import { type ObjectParts, readChunk, readObject } from './chunked-object.ts';
import { mayBeIn } from './filter.ts';
import { countUpTo, entryBytes, hashAt, placeAt, type RecordPlace } from './index-entry.ts';

/** What is in memory of a run: the first entry of each chunk, and a filter a chunk where the index has filters. */
export type Guide = Readonly<{ firsts: Buffer; filters: Buffer | undefined }>;

/** Entries of some stretch of the journal, sorted by hash and place; written once. */
export class IndexRun {
  /** The hash that each chunk begins with: looked at for every new key. */
  private readonly hashes: Float64Array;

  constructor(
    private readonly parts: ObjectParts,
    readonly stored: StoredRun,
    private readonly guide: Guide,
    private readonly filterBytes: number,
  ) {
    const { firsts } = guide;
    this.hashes = Float64Array.from({ length: firsts.length / entryBytes }, (_, at) => hashAt(firsts, at * entryBytes));
  }

  /** Reads its guide. filterBytes: of the filter a chunk; 0: there is none. */
  static async open(parts: ObjectParts, stored: StoredRun, filterBytes: number): Promise<IndexRun> {
    const firsts: Buffer[] = [];
    const filters: Buffer[] = [];
    for await (const page of readObject(parts, stored.guide)) {
      const chunks = page.length / (entryBytes + filterBytes);
      firsts.push(page.subarray(0, chunks * entryBytes));
      filters.push(page.subarray(chunks * entryBytes));
    }
    const guide = { firsts: Buffer.concat(firsts), filters: filterBytes > 0 ? Buffer.concat(filters) : undefined };
    return new IndexRun(parts, stored, guide, filterBytes);
  }

  /** False: it holds nothing under that hash. No I/O. */
  mayHold(hash: number): boolean {
    let chunk = -1;
    for (let after = this.hashes.length; after - chunk > 1; ) {
      const middle = (chunk + after) >>> 1;
      if ((this.hashes[middle] ?? 0) <= hash) chunk = middle;
      else after = middle;
    }
    return chunk >= 0 && this.mayBeInChunk(chunk, hash);
  }

  /** Where entries under a hash lie, at or before a place, latest first. Reads a chunk, seldom a second. */
  async *places(hash: number, upTo: RecordPlace): AsyncGenerator<RecordPlace> {
    for (let chunk = this.chunkOf(hash, upTo); chunk >= 0; chunk--) {
      if (this.mayBeInChunk(chunk, hash)) {
        const entries = await readChunk(this.parts, this.stored.data, chunk);
        for (let at = (countUpTo(entries, hash, upTo) - 1) * entryBytes; at >= 0; at -= entryBytes) {
          if (hashAt(entries, at) !== hash) return;
          yield placeAt(entries, at);
        }
      }
      // A chunk that begins before the hash has all that there is of it.
      if (hashAt(this.guide.firsts, chunk * entryBytes) !== hash) return;
    }
  }

  chunks(): AsyncGenerator<Buffer> {
    return readObject(this.parts, this.stored.data);
  }

  /** The last chunk that begins at or before a hash and place; -1: none does. */
  private chunkOf(hash: number, place: RecordPlace): number {
    return countUpTo(this.guide.firsts, hash, place) - 1;
  }

  private mayBeInChunk(chunk: number, hash: number): boolean {
    const { filters } = this.guide;
    return !filters || mayBeIn(filters, chunk * this.filterBytes, hash);
  }
}

/** No record lies behind it. */
export const lastPlace: RecordPlace = { sequence: 2 ** 48 - 1, index: 2 ** 16 - 1 };
