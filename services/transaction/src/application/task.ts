import type { Account } from '../domain/account.ts';
import { type Command, decide } from '../domain/command.ts';
import type { Decision, Moment } from '../domain/decision.ts';
import { answerKey, type LedgerView } from '../domain/ledger-state.ts';
import type { Transaction } from '../domain/transaction.ts';
import type { Needs } from './memory/recall.ts';

/** Something for the ledger to decide: on its state at that moment, at once, and without changing it. */
export type Task<Answer> = Needs &
  Readonly<{
    decide: (state: LedgerView, moment: Moment) => Decision<Answer>;
  }>;

export type AnswerTo<Some extends Command> = Some extends { kind: 'openAccount' | 'changeAccount' }
  ? Account
  : Transaction;

export function taskOf<Some extends Command>(command: Some): Task<AnswerTo<Some>> {
  const { caller, key } = command.idempotency;
  return {
    keys: [answerKey(caller, key)],
    transactions: transactionsOf(command),
    // A command of one kind is answered with one kind: only the union has forgotten which.
    decide: (state, moment) => decide(state, command, moment) as Decision<AnswerTo<Some>>,
  };
}

/** The transactions that a command names. */
function transactionsOf(command: Command): string[] {
  if ('transactionId' in command) return [command.transactionId];
  return 'followsTransactionId' in command && command.followsTransactionId ? [command.followsTransactionId] : [];
}
