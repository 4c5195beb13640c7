import { answered, type Decision, refused } from '../domain/decision.ts';
import { answerKey, type LedgerView } from '../domain/ledger-state.ts';
import type { Transaction } from '../domain/transaction.ts';
import type { Call, Reply } from './admission.ts';
import type { Ledger } from './ledger.ts';

/** A transaction's present state. */
export function getTransaction(ledger: Ledger, transactionId: string, call: Call): Promise<Reply<Transaction>> {
  return ledger.execute(call, {
    transactions: [transactionId],
    decide: (state) => present(state, transactionId),
  });
}

/** What became of the write that was asked for under a key. */
export function findTransaction(
  ledger: Ledger,
  { caller, key }: { caller: string; key: string },
  call: Call,
): Promise<Reply<Transaction>> {
  const asked = answerKey(caller, key);
  return ledger.execute(call, {
    keys: [asked],
    decide: (state) => {
      const first = state.answers.get(asked)?.transaction;
      return first ? present(state, first.transactionId) : refused('transaction_not_found');
    },
  });
}

function present(state: LedgerView, transactionId: string): Decision<Transaction> {
  const transaction = state.transactions.get(transactionId);
  return transaction ? answered(transaction) : refused('transaction_not_found', transactionId);
}
