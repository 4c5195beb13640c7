import { type BatchHeader, type EncodedBatch, type Journal, mostBatchesInPage } from '../src/application/ports.ts';

/** The journal's twin for tests: the same answers, kept in memory. */
export class MemoryJournal implements Journal {
  private readonly batches = new Map<string, EncodedBatch>();

  constructor(private readonly pageSize = mostBatchesInPage) {}

  async append(batch: EncodedBatch): Promise<'appended' | 'taken'> {
    const { shard, sequence, batchId } = batch.header;
    const present = this.batches.get(`${shard}/${sequence}`);
    if (present) return present.header.batchId === batchId ? 'appended' : 'taken';
    this.batches.set(`${shard}/${sequence}`, batch);
    return 'appended';
  }

  /** As a store that was killed may. */
  lose(shard: number, sequence: number): void {
    this.batches.delete(`${shard}/${sequence}`);
  }

  async read(shard: number, fromSequence: number): Promise<readonly Uint8Array[]> {
    const page = await this.readRange(shard, fromSequence, this.pageSize);
    return page.length > 0 ? page : this.behindGap(shard, fromSequence);
  }

  async readRange(shard: number, fromSequence: number, count: number): Promise<readonly Uint8Array[]> {
    const range: Uint8Array[] = [];
    while (range.length < count) {
      const batch = this.batches.get(`${shard}/${fromSequence + range.length}`);
      if (!batch) break;
      range.push(batch.bytes);
    }
    return range;
  }

  async readOne(shard: number, sequence: number): Promise<Uint8Array | undefined> {
    return this.batches.get(`${shard}/${sequence}`)?.bytes;
  }

  /** A query does not stop where a batch is missing. */
  private behindGap(shard: number, fromSequence: number): readonly Uint8Array[] {
    const later = [...this.batches.values()].filter(
      ({ header }) => header.shard === shard && header.sequence > fromSequence,
    );
    return later.sort((one, other) => one.header.sequence - other.header.sequence).map(({ bytes }) => bytes);
  }

  /** Loses a batch, as a store may that is killed. */
  forget({ shard, sequence }: Pick<BatchHeader, 'shard' | 'sequence'>): void {
    this.batches.delete(`${shard}/${sequence}`);
  }
}
