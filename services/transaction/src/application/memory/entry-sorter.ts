import type { RunWriter } from './run-writer.ts';
import type { WorkShare } from './work-share.ts';

/** Entries whose hashes have their upper bits in common, in the order in which they came: that of their places. */
type Bucket = Readonly<{ hashes: number[]; sequences: number[]; indexes: number[] }>;

const buckets = 1_024;
const bucketWidth = 2 ** 38;
/** A hash within its bucket and a position in it make one number that is exact, for so many positions. */
const positions = 2 ** 15;

/** Puts the entries of a new run in order, a bucket of them at a time, so that nobody waits for all of it. */
export class EntrySorter {
  private readonly buckets: Bucket[] = Array.from({ length: buckets }, () => ({
    hashes: [],
    sequences: [],
    indexes: [],
  }));

  constructor(private readonly hashOf: (text: string) => number) {}

  /** Entries come in the order of their places. */
  add(text: string, sequence: number, index: number): void {
    const hash = this.hashOf(text);
    const bucket = this.buckets[Math.floor(hash / bucketWidth)];
    bucket?.hashes.push(hash);
    bucket?.sequences.push(sequence);
    bucket?.indexes.push(index);
  }

  async writeTo(writer: RunWriter, share: WorkShare): Promise<void> {
    for (const { hashes, sequences, indexes } of this.buckets) {
      for (const position of order(hashes)) {
        const full = writer.add(hashes[position] ?? 0, sequences[position] ?? 0, indexes[position] ?? 0);
        if (full) await writer.flush();
      }
      await share.turn();
    }
  }
}

/** The positions of the hashes from the smallest to the largest; of equal ones, the first first. */
function order(hashes: readonly number[]): ArrayLike<number> & Iterable<number> {
  // One account in most records: then most of its bucket is in order already.
  if (hashes.length > positions) return [...hashes.keys()].sort((a, b) => (hashes[a] ?? 0) - (hashes[b] ?? 0));
  // Numbers sort several times faster than by a comparison of ours.
  const keys = Float64Array.from(hashes, (hash, position) => (hash % bucketWidth) * positions + position).sort();
  return keys.map((key) => key % positions);
}
