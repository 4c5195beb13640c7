import { cents } from '@ipe/money/cents';
import { ProtobufJournalCodec } from '../src/adapters/protobuf/journal-codec.ts';
import type { Call } from '../src/application/admission.ts';
import { Ledger, type LedgerOptions, type LedgerParts } from '../src/application/ledger.ts';
import { openSystemAccounts } from '../src/application/open-system-accounts.ts';
import type { EncodedBatch, Journal, LedgerLog, LedgerMetrics, Scheduler } from '../src/application/ports.ts';
import { recover } from '../src/application/recover.ts';
import { LedgerDesk } from '../src/application/shards/shard-desk.ts';
import { ShardedLedger } from '../src/application/shards/sharded-ledger.ts';
import { taskOf } from '../src/application/task.ts';
import { MemoryJournal } from './memory-journal.ts';
import { scope, sha256 } from './paper-ledger.ts';

export const codec = new ProtobufJournalCodec();
export const patient: Call = { deadline: Number.POSITIVE_INFINITY, traceparent: '' };
export const silent: LedgerLog = { info: () => undefined, warn: () => undefined };

/** A journal that can be held, and that fails as told, once for each fault, at the next appends. */
export class FaultyJournal implements Journal {
  readonly appended: EncodedBatch[] = [];
  readonly faults: Array<'lost_before' | 'lost_after' | 'race'> = [];
  private gate: Promise<void> = Promise.resolve();
  private open: () => void = () => undefined;

  constructor(readonly store = new MemoryJournal()) {}

  /** Appends wait from now on, until `release`. */
  hold(): void {
    this.gate = new Promise((resolve) => {
      this.open = resolve;
    });
  }

  release(): void {
    this.open();
  }

  async append(batch: EncodedBatch): Promise<'appended' | 'taken'> {
    await this.gate;
    const fault = this.faults.shift();
    if (fault === 'lost_before') throw new Error('connection refused');
    if (fault === 'race') await this.store.append(strangerAt(batch));
    const result = await this.store.append(batch);
    if (result === 'appended') this.appended.push(batch);
    if (fault === 'lost_after') throw new Error('connection reset');
    return result;
  }

  read(shard: number, fromSequence: number): Promise<readonly Uint8Array[]> {
    return this.store.read(shard, fromSequence);
  }

  readRange(shard: number, fromSequence: number, count: number): Promise<readonly Uint8Array[]> {
    return this.store.readRange(shard, fromSequence, count);
  }

  readOne(shard: number, sequence: number): Promise<Uint8Array | undefined> {
    return this.store.readOne(shard, sequence);
  }
}

/** What another leader might have appended in the place of a batch. */
function strangerAt({ header }: EncodedBatch): EncodedBatch {
  return codec.encodeBatch({ ...header, writer: 'stranger', batchId: `stranger-${header.sequence}` }, []);
}

/** What another leader might have appended behind a batch. */
export function strangerAfter({ header, hash }: EncodedBatch): EncodedBatch {
  return strangerAt({
    header: { ...header, sequence: header.sequence + 1, previousHash: hash },
    bytes: Buffer.of(),
    hash,
  });
}

export class CountingMetrics implements LedgerMetrics {
  replays = 0;
  failures = 0;
  readonly purchases: string[] = [];
  /** Whether something went on in the background, each time that it was told. */
  readonly works: boolean[] = [];
  batchCommitted(): void {}
  queueDepth(): void {}
  publisherLag(): void {}
  courierLag(): void {}
  working(isWorking: boolean): void {
    this.works.push(isWorking);
  }
  appendFailed(): void {
    this.failures += 1;
  }
  replayed(): void {
    this.replays += 1;
  }
  authorized({ status, declineReason }: { status: string; declineReason: string }): void {
    this.purchases.push(declineReason || status);
  }
}

/** A clock that stands where it is put; waiting takes a turn and no time. */
export class TestScheduler implements Scheduler {
  time = Date.parse('2026-11-21T12:00:00.000Z');
  now(): number {
    return this.time;
  }
  elapsed(): number {
    return this.time;
  }
  soon(run: () => void): void {
    setImmediate(run);
  }
  async wait(): Promise<void> {
    await turn();
  }
}

export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

let batchIds = 0;

export function newLedger(
  journal: Journal,
  options: Partial<LedgerOptions> = {},
  changes: Partial<Pick<LedgerParts, 'isSureToLead'>> = {},
) {
  const scheduler = new TestScheduler();
  const metrics = new CountingMetrics();
  const ledger = new Ledger(
    {
      shard: 0,
      writer: 'test',
      maxBatchBytes: 350_000,
      maxBatchRecords: 1_000,
      maxQueuedRecords: 1_000,
      ...options,
    },
    {
      journal,
      codec,
      scheduler,
      metrics,
      log: silent,
      sha256,
      isSureToLead: () => true,
      newBatchId: () => {
        batchIds += 1;
        return `batch-${batchIds}`;
      },
      ...changes,
    },
  );
  return { ledger, scheduler, metrics };
}

/** Leads from the journal's end, and, as often as the fence is lost, again. */
export async function takeOver(ledger: Ledger, journal: Journal): Promise<void> {
  ledger.lead(await recover(journal, codec, 0), () => void takeOver(ledger, journal));
}

/** A leading ledger with cash and two accounts, `acc_a` holding R$ 1.000,00. */
export async function leadingLedger(journal: Journal, ...changes: [Partial<LedgerOptions>?, Partial<LedgerParts>?]) {
  const parts = newLedger(journal, ...changes);
  await takeOver(parts.ledger, journal);
  await openSystemAccounts(parts.ledger);
  for (const accountId of ['acc_a', 'acc_b']) {
    const limit = cents(0n);
    const command = {
      kind: 'openAccount',
      idempotency: scope(accountId),
      accountId,
      accountClass: 'LIABILITY',
      currency: 'BRL',
      limit,
    } as const;
    await parts.ledger.execute(patient, taskOf(command));
  }
  await transfer(parts.ledger, 'funding', 100_000n, { from: 'system:cash', to: 'acc_a' });
  return parts;
}

export function transfer(
  ledger: Ledger,
  key: string,
  amount: bigint,
  { from = 'acc_a', to = 'acc_b', call = patient } = {},
) {
  const command = {
    kind: 'transfer',
    idempotency: scope(key, `${from} ${to} ${amount}`),
    fromAccountId: from,
    toAccountId: to,
    amount: cents(amount),
    currency: 'BRL',
    description: '',
  } as const;
  return ledger.execute(call, taskOf(command));
}

/** The posted balance as a process that starts now would find it. */
export async function durablePosted(journal: Journal, accountId: string): Promise<bigint | undefined> {
  const { state } = await recover(journal, codec, 0);
  return state.accounts.get(accountId)?.posted;
}

/** A ledger that is not parted: all of it is one shard. */
export function alone(ledger: Ledger): ShardedLedger {
  const desk = new LedgerDesk(0, ledger);
  return new ShardedLedger({ shards: 1, ledgerOf: () => ledger, deskOf: () => desk });
}
