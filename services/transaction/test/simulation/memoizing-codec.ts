import { ProtobufJournalCodec } from '../../src/adapters/protobuf/journal-codec.ts';
import type { JournalBatch } from '../../src/application/ports.ts';

/** The real codec, that reads each batch's bytes once: many replicas read the same ones, and records never change. */
export class MemoizingCodec extends ProtobufJournalCodec {
  private readonly known = new WeakMap<Uint8Array, JournalBatch>();

  override decodeBatch(bytes: Uint8Array): JournalBatch {
    const known = this.known.get(bytes);
    if (known) return known;
    const batch = super.decodeBatch(bytes);
    this.known.set(bytes, batch);
    return batch;
  }
}
