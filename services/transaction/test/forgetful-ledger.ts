import { hash } from 'node:crypto';
import { ProtobufSnapshotCodec } from '../src/adapters/protobuf/snapshot-codec.ts';
import { openMemory } from '../src/application/memory/open-memory.ts';
import type { Needs, Recalled } from '../src/application/memory/recall.ts';
import type { MemoryOptions, MemoryParts, ShardMemory } from '../src/application/memory/shard-memory.ts';
import { type Recovered, recover } from '../src/application/recover.ts';
import type { Instant } from '../src/domain/account.ts';
import { apply } from '../src/domain/apply.ts';
import type { Decision, Moment, Outcome } from '../src/domain/decision.ts';
import type { LedgerState, LedgerView } from '../src/domain/ledger-state.ts';
import type { LedgerRecord } from '../src/domain/record.ts';
import { CountingMetrics, codec, TestScheduler } from './live-ledger.ts';
import { MemoryCheckpoints, MemoryChunks } from './memory-chunks.ts';
import { MemoryJournal } from './memory-journal.ts';
import { PaperLedger, smallBank } from './paper-ledger.ts';

const forgetful: MemoryOptions = {
  minTailBytes: Number.POSITIVE_INFINITY,
  tailRatio: 1,
  keepRecords: 0,
  workShare: 1,
  keepCheckpoints: 2,
  graceMs: 60_000,
};

let names = 0;

/** A store without engine, and what was logged of it. */
export function memoryParts(changes: Partial<MemoryParts> = {}) {
  const warnings: string[] = [];
  const scheduler = new TestScheduler();
  const chunks = new MemoryChunks();
  const checkpoints = new MemoryCheckpoints();
  const metrics = new CountingMetrics();
  const parts: MemoryParts = {
    journal: new MemoryJournal(),
    codec,
    snapshots: new ProtobufSnapshotCodec(),
    chunks,
    checkpoints,
    scheduler,
    metrics,
    log: { info: () => undefined, warn: (message) => warnings.push(message) },
    digest: (bytes) => hash('sha256', bytes, 'buffer'),
    newName: () => {
      names += 1;
      return `object-${names}`;
    },
    newHashKey: () => Buffer.from(`key ${names}    `.slice(0, 8)),
    ...changes,
  };
  return { parts, warnings, scheduler, metrics, chunks, checkpoints };
}

/** A ledger that keeps as little in memory as it may. Each record is a batch of its own, as a paper ledger's is. */
export class ForgetfulLedger {
  private constructor(
    readonly known: Recovered & { memory: ShardMemory },
    private readonly parts: MemoryParts,
  ) {}

  static async start(parts: MemoryParts, options: Partial<MemoryOptions> = {}): Promise<ForgetfulLedger> {
    const beginning = await openMemory(0, { ...forgetful, ...options }, parts);
    const recovered = await recover(parts.journal, codec, 0, beginning);
    return new ForgetfulLedger({ ...recovered, memory: beginning.memory }, parts);
  }

  get state(): LedgerState {
    return this.known.state;
  }

  get memory(): ShardMemory {
    return this.known.memory;
  }

  async decide<Answer>(
    decide: (state: LedgerView, moment: Moment) => Decision<Answer>,
    moment: Moment,
    needs: Needs,
  ): Promise<Outcome<Answer>> {
    await this.bringBack(needs);
    const { outcome, record } = decide(this.state, moment);
    if (record) await this.write(record);
    return outcome;
  }

  /** Looks at the state with what is needed in it. */
  async bringBack(needs: Needs): Promise<void> {
    const { recall } = this.memory;
    let recalled: Recalled | undefined;
    while (recall.lacks(this.state, needs, recalled)) recalled = await recall.fetch(this.state, needs);
    if (recalled) recall.remember(this.state, recalled);
  }

  async write(record: LedgerRecord): Promise<void> {
    apply(this.state, record);
    await this.append(record);
  }

  /** Makes a record durable that was applied. */
  async append(record: LedgerRecord): Promise<void> {
    const { sequence, hash: previousHash } = this.known.end;
    const { decidedAt } = record;
    const header = {
      shard: 0,
      sequence: sequence + 1,
      writer: 'w',
      batchId: `b${sequence + 1}`,
      previousHash,
      decidedAt,
    };
    const encoded = codec.encodeBatch(header, [codec.encodeRecord(record)]);
    if ((await this.parts.journal.append(encoded)) === 'taken') throw new Error('the sequence is taken');
    this.known.end = { sequence: header.sequence, hash: encoded.hash, last: encoded };
    this.memory.committed({ ...encoded, records: [record] });
  }

  checkpoint(): Promise<void> {
    return this.memory.checkpoint(this.state, this.known.end.sequence);
  }
}

type Call = Readonly<{
  decide: (state: LedgerView, moment: Moment) => Decision<unknown>;
  moment: Moment;
  needs: Needs;
  outcome: Outcome<unknown>;
}>;

/** Notes what a paper ledger decides from now on, and which answers and transactions it looked at. */
export function watch(ledger: PaperLedger): Call[] {
  const calls: Call[] = [];
  const decideAsBefore = ledger.decide.bind(ledger);
  ledger.decide = (decide) => {
    const moment = ledger.moment();
    const keys = new Looked(ledger.state.answers);
    const transactions = new Looked(ledger.state.transactions);
    decide({ ...ledger.state, answers: keys, transactions }, moment);
    // A command names its key, and not the transaction that was answered under it before.
    for (const key of keys.at) transactions.at.delete(ledger.state.answers.get(key)?.transaction?.transactionId ?? '');
    const needs = { keys: [...keys.at], transactions: [...transactions.at] };
    const outcome = decideAsBefore(decide);
    calls.push({ decide, moment, outcome, needs });
    return outcome;
  };
  return calls;
}

class Looked<Value> extends Map<string, Value> {
  readonly at = new Set<string>();

  constructor(private readonly map: Map<string, Value>) {
    super();
  }

  override get(key: string): Value | undefined {
    this.at.add(key);
    return this.map.get(key);
  }

  override has(key: string): boolean {
    this.at.add(key);
    return this.map.has(key);
  }
}

/** What a state holds that must be there at any time, in an order of its own. */
export function lasting({ accounts, transactions, openHolds, decidedAt }: LedgerState) {
  const open = [...transactions.values()].filter(({ held }) => held > 0n);
  open.sort((one, other) => (one.transactionId < other.transactionId ? -1 : 1));
  return { accounts: [...accounts], open, holds: openHolds.size, first: openHolds.first(), decidedAt };
}

/** The accounts as they were at an instant, by the records themselves. */
export function accountsAt(ledger: PaperLedger, instant: Instant): LedgerState['accounts'] {
  const past = new PaperLedger();
  for (const record of ledger.records) if (record.decidedAt <= instant) apply(past.state, record);
  return past.state.accounts;
}

/** A small bank after so many transfers of a cent, told to a ledger that forgets. */
export async function busyBank(parts: MemoryParts, transfers: number, options: Partial<MemoryOptions> = {}) {
  const paper = smallBank();
  for (let one = 0; one < transfers; one++) paper.transfer('acc_ana', 'acc_shop', 1n);
  const ledger = await ForgetfulLedger.start(parts, options);
  for (const record of paper.records) await ledger.write(record);
  return { paper, ledger };
}

export async function transferMore(paper: PaperLedger, ledger: ForgetfulLedger, transfers: number): Promise<void> {
  for (let one = 0; one < transfers; one++) {
    paper.transfer('acc_ana', 'acc_shop', 1n);
    const record = paper.records.at(-1);
    if (record) await ledger.write(record);
  }
}

/** The accounts, and whether every answer and transaction of the paper bank is found. */
export async function expectSame(ledger: ForgetfulLedger, paper: PaperLedger): Promise<void> {
  expect(lasting(ledger.state)).toEqual(lasting(paper.state));
  for (const [key, stored] of paper.state.answers) {
    await ledger.bringBack({ keys: [key] });
    expect(ledger.state.answers.get(key)).toEqual(stored);
  }
}

export function raise(message: string): never {
  throw new Error(message);
}
