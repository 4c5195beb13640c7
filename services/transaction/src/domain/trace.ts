import { answerKey, type LedgerState, type StoredAnswer } from './ledger-state.ts';
import type { IdempotencyScope, LedgerRecord } from './record.ts';
import type { Transaction } from './transaction.ts';

// The journal keeps every answer and every transaction for good. Memory keeps those of late, and the open holds: the
// rest can be let go, and brought back when somebody asks for it.

/** What a record left in the state's answers and transactions. */
export type Trace = Readonly<{
  answer: IdempotencyScope | undefined;
  transactions: readonly Transaction[];
}>;

export function traceOf({ idempotency, change }: LedgerRecord): Trace {
  switch (change.kind) {
    case 'transaction':
      return { answer: idempotency, transactions: change.transactions };
    case 'account':
      return { answer: idempotency, transactions: [] };
    case 'cancelled':
      return { answer: { caller: change.caller, key: change.authorizationKey, fingerprint: '' }, transactions: [] };
  }
}

/** The answer that `apply` keeps of a record, and its `answerKey`. */
export function answerIn(record: LedgerRecord): { key: string; stored: StoredAnswer } | undefined {
  const { answer } = traceOf(record);
  if (!answer) return undefined;
  const { change } = record;
  const { fingerprint } = answer;
  const key = answerKey(answer.caller, answer.key);
  if (change.kind === 'transaction') return { key, stored: { fingerprint, transaction: change.transactions[0] } };
  if (change.kind === 'account') return { key, stored: { fingerprint, account: change.account } };
  return { key, stored: { fingerprint } };
}

/** The accounts that a record wrote entries of, each once. */
export function accountsIn({ change }: LedgerRecord): readonly string[] {
  if (change.kind === 'cancelled') return [];
  const accounts: string[] = [];
  for (const { accountId } of change.entries) if (!accounts.includes(accountId)) accounts.push(accountId);
  return accounts;
}

/** Lets go of what a record left, but not of what has changed since, and not of an open hold. */
export function forget(state: LedgerState, { answer, transactions }: Trace): void {
  if (answer) {
    const key = answerKey(answer.caller, answer.key);
    if (state.answers.get(key)?.fingerprint === answer.fingerprint) state.answers.delete(key);
  }
  for (const { transactionId, version } of transactions) {
    const present = state.transactions.get(transactionId);
    if (present && present.version === version && present.held === 0n) state.transactions.delete(transactionId);
  }
}
