import type { Cents } from '@ipe/money/cents';
import { creditRefusal, debitRefusal } from './account.ts';
import {
  type Decision,
  earlierAnswer,
  enter,
  type Moment,
  type Refused,
  refused,
  transactionDecision,
} from './decision.ts';
import type { LedgerView } from './ledger-state.ts';
import { reversalPostings, transferPostings } from './postings.ts';
import type { IdempotencyScope } from './record.ts';
import { newTransaction, type Transaction } from './transaction.ts';

export type Transfer = Readonly<{
  idempotency: IdempotencyScope;
  fromAccountId: string;
  toAccountId: string;
  amount: Cents;
  currency: string;
  description: string;
}>;

export type Reverse = Readonly<{ idempotency: IdempotencyScope; transactionId: string; reason: string }>;

export function decideTransfer(state: LedgerView, command: Transfer, moment: Moment): Decision<Transaction> {
  const earlier = earlierAnswer(state, command.idempotency, 'transaction');
  if (earlier) return earlier;
  const transfer = newTransaction({
    transactionId: moment.transactionId,
    kind: 'TRANSFER',
    status: 'POSTED',
    amount: command.amount,
    currency: command.currency,
    debitAccountId: command.fromAccountId,
    creditAccountId: command.toAccountId,
    description: command.description,
    createdAt: moment.now,
  });
  const refusal = movementRefusal(state, transfer);
  if (refusal) return refusal;
  const entries = enter(state, transfer.transactionId, transferPostings(transfer), moment);
  return transactionDecision(moment, command.idempotency, [transfer], entries);
}

/** Mends a transfer by its opposite. Who got the money must still have it. */
export function decideReverse(state: LedgerView, command: Reverse, moment: Moment): Decision<Transaction> {
  const earlier = earlierAnswer(state, command.idempotency, 'transaction');
  if (earlier) return earlier;
  const original = state.transactions.get(command.transactionId);
  if (!original) return refused('transaction_not_found', command.transactionId);
  if (original.kind !== 'TRANSFER') return refused('not_a_transfer', command.transactionId);
  if (original.status === 'REVERSED') return refused('already_reversed', command.transactionId);
  const reversal = newTransaction({
    transactionId: moment.transactionId,
    kind: 'REVERSAL',
    status: 'POSTED',
    amount: original.amount,
    currency: original.currency,
    debitAccountId: original.creditAccountId,
    creditAccountId: original.debitAccountId,
    description: command.reason,
    reversesTransactionId: original.transactionId,
    createdAt: moment.now,
  });
  const refusal = movementRefusal(state, reversal);
  if (refusal) return refusal;
  const reversed: Transaction = {
    ...original,
    status: 'REVERSED',
    updatedAt: moment.now,
    version: original.version + 1,
  };
  const entries = enter(state, reversal.transactionId, reversalPostings(reversal), moment);
  return transactionDecision(moment, command.idempotency, [reversal, reversed], entries);
}

function movementRefusal(
  state: LedgerView,
  { debitAccountId, creditAccountId, amount, currency }: Transaction,
): { outcome: Refused } | undefined {
  if (debitAccountId === creditAccountId) return refused('same_account', debitAccountId);
  const giver = state.accounts.get(debitAccountId);
  if (!giver) return refused('account_not_found', debitAccountId);
  const receiver = state.accounts.get(creditAccountId);
  if (!receiver) return refused('account_not_found', creditAccountId);
  for (const account of [giver, receiver]) {
    if (account.currency !== currency) return refused('currency_mismatch', account.accountId);
  }
  const giverRefusal = debitRefusal(giver, amount);
  if (giverRefusal) return refused(giverRefusal, debitAccountId);
  const receiverRefusal = creditRefusal(receiver, amount);
  return receiverRefusal ? refused(receiverRefusal, creditAccountId) : undefined;
}
