import type { Account } from '../../src/domain/account.ts';
import { answerKey } from '../../src/domain/ledger-state.ts';
import type { LedgerRecord } from '../../src/domain/record.ts';
import type { Transaction } from '../../src/domain/transaction.ts';
import type { World } from './world.ts';

/** What the journal has under an idempotency key. */
export type Recorded = Readonly<{
  fingerprint: string;
  answer: Transaction | Account;
  /** The record's number in the journal, and its batch. */
  index: number;
  batch: number;
}>;

/** The records by their keys: never two under one. */
export class KeyBook {
  private readonly records = new Map<string, Recorded>();
  private readonly calledOff = new Map<string, number>();

  constructor(private readonly world: World) {}

  take({ change, idempotency }: LedgerRecord, index: number, batch: number): void {
    if (change.kind === 'cancelled') {
      this.calledOff.set(answerKey(change.caller, change.authorizationKey), index);
      return;
    }
    if (!idempotency) return;
    const key = answerKey(idempotency.caller, idempotency.key);
    const first = this.records.get(key);
    if (first) this.world.broken('a key has one record', `${key} has records ${first.index} and ${index}`);
    const answer = change.kind === 'account' ? change.account : change.transactions[0];
    this.records.set(key, { fingerprint: idempotency.fingerprint, answer, index, batch });
    const isCalledOff = this.calledOff.has(key);
    if (isCalledOff && 'status' in answer && answer.status !== 'DECLINED' && 'cardId' in answer) {
      this.world.broken('a key has one answer', `${key} was called off, and authorised after that`);
    }
  }

  of(key: string): Recorded | undefined {
    return this.records.get(key);
  }

  /** The number of the first record about a key; undefined when there is none. */
  firstOf(key: string): number | undefined {
    const found = [this.records.get(key)?.index, this.calledOff.get(key)].filter((index) => index !== undefined);
    return found.length === 0 ? undefined : Math.min(...found);
  }
}
