import { placeOf } from '@ipe/ledger/transaction-id';
import type { LedgerState, LedgerView, StoredAnswer } from '../../domain/ledger-state.ts';
import type { LedgerRecord } from '../../domain/record.ts';
import { answerIn, type Trace } from '../../domain/trace.ts';
import type { Transaction } from '../../domain/transaction.ts';
import type { Journal, JournalCodec } from '../ports.ts';
import { DamagedObject } from './damaged-object.ts';
import type { RecordPlace } from './index-entry.ts';
import type { KeyIndex } from './key-index.ts';
import { answerText, transactionText } from './recent-records.ts';

/** What a decision may look at beside accounts and open holds. */
export type Needs = Readonly<{
  /** Of answers, by `answerKey`. */
  keys?: readonly string[];
  /** By id. */
  transactions?: readonly string[];
}>;

/** What was found of it in the store; what is absent here and in memory is nowhere. */
export type Recalled = Readonly<{
  /** The last batch that the index covered when it was looked up: stale once the index covers more. */
  covered: number;
  /** The key of an answer, and it. */
  answers: ReadonlyArray<readonly [string, StoredAnswer]>;
  transactions: readonly Transaction[];
}>;

type RecallParts = Readonly<{ journal: Journal; codec: JournalCodec; keys: KeyIndex }>;

/** Brings answers and transactions back that memory has let go. */
export class Recall {
  /** The last batch that the index covers; all later records are in memory. */
  covered = 0;
  private traces: Trace[] = [];

  constructor(
    private readonly shard: number,
    private readonly parts: RecallParts,
  ) {}

  /**
   * Whether the store has to be asked before a decision that needs these; `recalled` is what it answered to that
   * before. A new key costs a hash and some filters, no I/O and no promise.
   */
  lacks(state: LedgerView, { keys = [], transactions = [] }: Needs, recalled?: Recalled): boolean {
    if (this.covered === 0 || recalled?.covered === this.covered) return false;
    return (
      keys.some((key) => this.lacksAnswer(state, key)) || transactions.some((id) => this.lacksTransaction(state, id))
    );
  }

  /** Looks up what is not in memory. Throws when the store does not answer, or holds something damaged. */
  async fetch(state: LedgerView, { keys = [], transactions: wanted = [] }: Needs): Promise<Recalled> {
    const { covered } = this;
    const answers = await Promise.all(keys.map((key) => this.answer(state, key)));
    const found = answers.filter((answer) => answer !== undefined);
    const ids = new Set(wanted);
    // An answer is told with its transaction's present state.
    for (const [, { transaction }] of found) if (transaction) ids.add(transaction.transactionId);
    const transactions = await Promise.all([...ids].map((id) => this.transaction(state, id)));
    return { covered, answers: found, transactions: transactions.filter((one) => one !== undefined) };
  }

  /**
   * Puts what was found into the state, where it is still absent: nothing else can have changed what was not there.
   * To be called in the same turn as the decision, and as `lacks` has answered no.
   */
  remember(state: LedgerState, { answers, transactions }: Recalled): void {
    for (const [key, stored] of answers) {
      if (state.answers.has(key)) continue;
      state.answers.set(key, stored);
      const [caller = '', ownKey = ''] = key.split(' ');
      this.traces.push({ answer: { caller, key: ownKey, fingerprint: stored.fingerprint }, transactions: [] });
    }
    const absent = transactions.filter(({ transactionId }) => !state.transactions.has(transactionId));
    for (const transaction of absent) state.transactions.set(transaction.transactionId, transaction);
    if (absent.length > 0) this.traces.push({ answer: undefined, transactions: absent });
  }

  /** What was remembered since this was asked last; it can be let go. */
  release(): readonly Trace[] {
    const { traces } = this;
    this.traces = [];
    return traces;
  }

  /**
   * The record at a place that the index covers. Undefined: its batch has no such record. Throws where the store has lost
   * the batch: what lay there would be taken for what never was, and done twice.
   */
  async record({ sequence, index }: RecordPlace): Promise<LedgerRecord | undefined> {
    // Batches are counted from 1; an id that somebody made up may name any other.
    if (sequence === 0) return undefined;
    const bytes = await this.parts.journal.readOne(this.shard, sequence);
    if (!bytes) throw new DamagedObject(`batch ${sequence} of shard ${this.shard} is missing`);
    return this.parts.codec.decodeRecord(bytes, index);
  }

  private lacksAnswer(state: LedgerView, key: string): boolean {
    const stored = state.answers.get(key);
    if (!stored) return this.parts.keys.mayHold(answerText(key));
    return stored.transaction !== undefined && this.lacksTransaction(state, stored.transaction.transactionId);
  }

  private lacksTransaction(state: LedgerView, id: string): boolean {
    if (state.transactions.has(id)) return false;
    const birth = placeOf(id);
    return birth !== undefined && birth.shard === this.shard && birth.sequence <= this.covered;
  }

  private async answer(state: LedgerView, key: string): Promise<readonly [string, StoredAnswer] | undefined> {
    const stored = state.answers.get(key);
    if (stored) return [key, stored];
    for await (const place of this.parts.keys.places(answerText(key))) {
      const record = await this.record(place);
      const answer = record && answerIn(record);
      if (answer?.key === key) return [key, answer.stored];
    }
    return undefined;
  }

  /** Its last state; it may never have been. What is in memory is told too: it may be let go meanwhile. */
  private async transaction(state: LedgerView, id: string): Promise<Transaction | undefined> {
    if (!this.lacksTransaction(state, id)) return state.transactions.get(id);
    const of = (record: LedgerRecord | undefined) =>
      record?.change.kind === 'transaction'
        ? record.change.transactions.find(({ transactionId }) => transactionId === id)
        : undefined;
    for await (const place of this.parts.keys.places(transactionText(id))) {
      const changed = of(await this.record(place));
      if (changed) return changed;
    }
    const birth = placeOf(id);
    return birth && of(await this.record(birth));
  }
}
