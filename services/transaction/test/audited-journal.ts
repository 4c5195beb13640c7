import type { Journal, JournalCodec } from '../src/application/ports.ts';
import type { AuditDesk, AuditPosition, Spill } from '../src/application/verification/ports.ts';
import type { LedgerRecord } from '../src/domain/record.ts';
import { codec } from './live-ledger.ts';
import { MemoryJournal } from './memory-journal.ts';

/** A journal of these records, so many a batch, as the commit loop would have written it. */
export async function journalOf(records: readonly LedgerRecord[], perBatch = 1, shard = 0): Promise<MemoryJournal> {
  const journal = new MemoryJournal(7);
  let previousHash = '';
  for (let at = 0; at < records.length; at += perBatch) {
    const some = records.slice(at, at + perBatch);
    const sequence = at / perBatch + 1;
    const decidedAt = some.at(-1)?.decidedAt ?? 0;
    const header = { shard, sequence, writer: 'w', batchId: `${shard}/${sequence}`, previousHash, decidedAt };
    const batch = codec.encodeBatch(
      header,
      some.map((record) => codec.encodeRecord(record)),
    );
    await journal.append(batch);
    previousHash = batch.hash;
  }
  return journal;
}

/** A journal as a damaged store would show it: `change` sees each batch's bytes before the reader does. */
export function damaged(
  journal: Journal,
  change: (bytes: Uint8Array, sequence: number) => Uint8Array | undefined,
): Journal {
  const shown = (page: readonly Uint8Array[], from: number) =>
    page.flatMap((bytes, offset) => change(bytes, from + offset) ?? []);
  return {
    append: (batch) => journal.append(batch),
    read: async (shard, from) => shown(await journal.read(shard, from), from),
    readRange: async (shard, from, count) => shown(await journal.readRange(shard, from, count), from),
    readOne: async (shard, sequence) => {
      const bytes = await journal.readOne(shard, sequence);
      return bytes && change(bytes, sequence);
    },
  };
}

/** A batch with another record in it, told as the same batch. */
export function withRecord(
  bytes: Uint8Array,
  index: number,
  change: (record: LedgerRecord) => LedgerRecord,
  its: JournalCodec = codec,
): Uint8Array {
  const { header, records } = its.decodeBatch(bytes);
  const changed = records.map((record, at) => (at === index ? change(record) : record));
  return its.encodeBatch(
    header,
    changed.map((record) => its.encodeRecord(record)),
  ).bytes;
}

class MemorySpill implements Spill {
  private facts: Uint8Array[] = [];
  add(fact: Uint8Array): void {
    this.facts.push(fact);
  }
  async *parts(): AsyncGenerator<Buffer> {
    yield Buffer.concat(this.facts);
  }
  get length(): number {
    return this.facts.length;
  }
  keep(length: number): void {
    this.facts = this.facts.slice(0, length);
  }
}

/** The desk of an audit, without files. */
export class MemoryDesk implements AuditDesk {
  readonly keys = new MemorySpill();
  readonly states = new MemorySpill();
  private saved: { position: AuditPosition; keys: number; states: number } | undefined;

  async resume(): Promise<AuditPosition | undefined> {
    if (!this.saved) return undefined;
    this.keys.keep(this.saved.keys);
    this.states.keep(this.saved.states);
    return structuredClone(this.saved.position);
  }

  async save(position: AuditPosition): Promise<void> {
    this.saved = { position: structuredClone(position), keys: this.keys.length, states: this.states.length };
  }

  async clear(): Promise<void> {
    this.saved = undefined;
    this.keys.keep(0);
    this.states.keep(0);
  }
}
