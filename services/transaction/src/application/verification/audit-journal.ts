import type { Entry, Sha256 } from '../../domain/entry.ts';
import { auditRecord, type Difference, emptyAudit, type RecordPlace } from '../../domain/verification/audit.ts';
import type { Journal, JournalBatch, JournalCodec } from '../ports.ts';
import type { Pace } from './pace.ts';
import type { AuditDesk, AuditPosition } from './ports.ts';
import { keyFact, stateFacts } from './spilled-facts.ts';

export type AuditParts = Readonly<{
  journal: Journal;
  codec: JournalCodec;
  sha256: Sha256;
  pace: Pace;
  desk: AuditDesk;
}>;

/** Told of each entry that was found right. */
export type OnEntry = (entry: Entry, place: RecordPlace) => void;

/**
 * Walks the journal of a shard and computes everything again: the batches' chain, the accounts' chains and balances,
 * zero sums. Keys and transaction states are set aside, to be looked through at the end. In memory it keeps the
 * accounts, and nothing that grows with the entries.
 */
export class JournalAudit {
  private at: AuditPosition = { batch: 0, hash: '', audit: emptyAudit() };
  /** The accounts' numbers in what is set aside: their order of opening. */
  private readonly numbers = new Map<string, number>();

  constructor(
    readonly shard: number,
    private readonly parts: AuditParts,
  ) {}

  get position(): AuditPosition {
    return this.at;
  }

  /** Goes on where an earlier run was saved. */
  async resume(): Promise<void> {
    this.at = (await this.parts.desk.resume()) ?? this.at;
    for (const accountId of this.at.audit.accounts.keys()) this.enrol(accountId);
  }

  /**
   * Audits the next page. 'end': there is none now. `bytes` is what was read. Where something differs, what lies before
   * it is audited, and the walk cannot go on.
   */
  async next(onEntry?: OnEntry): Promise<'end' | Readonly<{ bytes: number; difference?: Difference | undefined }>> {
    const page = await this.parts.journal.read(this.shard, this.at.batch + 1);
    if (page.length === 0) return 'end';
    let bytes = 0;
    for (const stored of page) {
      bytes += stored.length;
      const difference = this.auditBatch(stored, onEntry);
      if (difference) return { bytes, difference };
    }
    await this.parts.pace.spent(bytes);
    return { bytes };
  }

  /** Audits to the journal's present end; answers what differs. */
  async toEnd(onEntry?: OnEntry): Promise<Difference | undefined> {
    for (;;) {
      const page = await this.next(onEntry);
      if (page === 'end') return undefined;
      if (page.difference) return page.difference;
    }
  }

  save(): Promise<void> {
    return this.parts.desk.save(this.at);
  }

  /** The accounts in the order of their opening, by which their numbers in what is set aside are told. */
  get accountIds(): readonly string[] {
    return [...this.numbers.keys()];
  }

  private auditBatch(stored: Uint8Array, onEntry: OnEntry | undefined): Difference | undefined {
    const expected = this.at.batch + 1;
    const here = { shard: this.shard, batch: expected };
    const batch = this.decode(stored);
    if (typeof batch === 'string') return { ...here, field: 'batch', expected: 'readable', found: batch };
    const { header, records } = batch;
    if (header.shard !== this.shard)
      return { ...here, field: 'shard', expected: `${this.shard}`, found: `${header.shard}` };
    if (header.sequence !== expected) {
      return { ...here, field: 'sequence', expected: `${expected}`, found: `${header.sequence}` };
    }
    if (header.previousHash !== this.at.hash) {
      return { ...here, field: 'previousHash', expected: this.at.hash || 'none', found: header.previousHash || 'none' };
    }
    for (const [index, record] of records.entries()) {
      const place = { ...here, record: index };
      const difference = auditRecord(this.at.audit, record, place, this.parts.sha256);
      if (difference) return difference;
      if (record.change.kind === 'account') this.enrol(record.change.account.accountId);
      const key = keyFact(record, place, this.parts.sha256);
      if (key) this.parts.desk.keys.add(key);
      const states = stateFacts(record, place, this.parts.sha256, (accountId) => this.numbers.get(accountId));
      for (const state of states) this.parts.desk.states.add(state);
      if (onEntry && record.change.kind !== 'cancelled')
        for (const entry of record.change.entries) onEntry(entry, place);
    }
    this.at = { batch: expected, hash: batch.hash, audit: this.at.audit };
    return undefined;
  }

  /** Bytes that are no batch are a finding, and no reason to stop without one. */
  private decode(stored: Uint8Array): JournalBatch | string {
    try {
      return this.parts.codec.decodeBatch(stored);
    } catch (error) {
      return String(error);
    }
  }

  private enrol(accountId: string): void {
    if (!this.numbers.has(accountId)) this.numbers.set(accountId, this.numbers.size);
  }
}
