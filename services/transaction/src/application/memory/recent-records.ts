import type { Instant } from '../../domain/account.ts';
import { answerKey } from '../../domain/ledger-state.ts';
import { accountsIn, type Trace, traceOf } from '../../domain/trace.ts';
import type { JournalBatch } from '../ports.ts';
import type { EntrySorter } from './entry-sorter.ts';
import type { WorkShare } from './work-share.ts';

type RecentBatch = Readonly<{
  sequence: number;
  hash: string;
  decidedAt: Instant;
  bytes: number;
  /** One a record. */
  traces: readonly Trace[];
  /** Those that each record touched. */
  accounts: ReadonlyArray<readonly string[]>;
}>;

type Waiter = Readonly<{ sequence: number; resolve: (batch: RecentBatch) => void }>;

/** The durable batches of late, oldest first: what the next index run is made of, and what can be let go thereafter. */
export class RecentRecords {
  private batches: RecentBatch[] = [];
  private waiters: Waiter[] = [];
  /** Of all batches here. */
  private records = 0;

  push({ header, hash, bytes, records }: JournalBatch): void {
    const { sequence, decidedAt } = header;
    const traces = records.map(traceOf);
    const batch = { sequence, hash, decidedAt, bytes: bytes.length, traces, accounts: records.map(accountsIn) };
    this.batches.push(batch);
    this.records += records.length;
    for (const waiter of this.waiters) if (waiter.sequence === sequence) waiter.resolve(batch);
    this.waiters = this.waiters.filter((waiter) => waiter.sequence > sequence);
  }

  /** The batch with that sequence, once it is durable. Rejects when the signal comes first. */
  durable(sequence: number, signal: AbortSignal): Promise<RecentBatch> {
    const batch = this.batches.findLast((one) => one.sequence === sequence);
    if (batch) return Promise.resolve(batch);
    return new Promise((resolve, reject) => {
      this.waiters.push({ sequence, resolve });
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  }

  /** How much was journaled after a batch. */
  bytesAfter(sequence: number): number {
    let bytes = 0;
    for (let last = this.batches.length - 1; last >= 0; last--) {
      const batch = this.batches[last];
      if (!batch || batch.sequence <= sequence) break;
      bytes += batch.bytes;
    }
    return bytes;
  }

  /** Enters what the batches after one and up to another hold into new runs of the two indexes. */
  async enter(
    { after, upTo }: { after: number; upTo: number },
    indexes: { keys: EntrySorter; entries: EntrySorter },
    share: WorkShare,
  ): Promise<void> {
    for (const { sequence, traces, accounts } of this.batches) {
      if (sequence <= after) continue;
      if (sequence > upTo) return;
      for (const [index, { answer, transactions }] of traces.entries()) {
        if (answer) indexes.keys.add(answerText(answerKey(answer.caller, answer.key)), sequence, index);
        for (const { transactionId, version } of transactions) {
          // Where it was born, its id tells.
          if (version > 1) indexes.keys.add(transactionText(transactionId), sequence, index);
        }
        for (const account of accounts[index] ?? []) indexes.entries.add(account, sequence, index);
      }
      await share.turn();
    }
  }

  /** Takes out the batches up to a sequence, but for the `keep` latest records. Answers what they left. */
  release(upTo: number, keep: number): readonly Trace[] {
    let count = 0;
    for (const { sequence, traces } of this.batches) {
      if (sequence > upTo || this.records - traces.length < keep) break;
      this.records -= traces.length;
      count += 1;
    }
    return this.batches.splice(0, count).flatMap(({ traces }) => traces);
  }
}

// An index holds answers and transactions side by side: what is in front tells them apart.

/** key: `answerKey` of caller and key. */
export function answerText(key: string): string {
  return `k ${key}`;
}

export function transactionText(transactionId: string): string {
  return `t ${transactionId}`;
}
