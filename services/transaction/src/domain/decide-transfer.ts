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
import { isKnown } from './elsewhere.ts';
import type { LedgerView } from './ledger-state.ts';
import { transferPostings } from './posting-templates.ts';
import type { IdempotencyScope } from './record.ts';
import { type Annotations, newTransaction, noMetadata, type Transaction } from './transaction.ts';

export type Transfer = Readonly<{
  idempotency: IdempotencyScope;
  fromAccountId: string;
  toAccountId: string;
  amount: Cents;
  currency: string;
  description: string;
}> &
  Annotations;

export function decideTransfer(state: LedgerView, command: Transfer, moment: Moment): Decision<Transaction> {
  const earlier = earlierAnswer(state, command.idempotency, 'transaction');
  if (earlier) return earlier;
  const refusal = transferRefusal(state, command);
  if (refusal) return refusal;
  const transfer = newTransaction({
    transactionId: moment.transactionId,
    kind: 'TRANSFER',
    status: 'POSTED',
    amount: command.amount,
    currency: command.currency,
    debitAccountId: command.fromAccountId,
    creditAccountId: command.toAccountId,
    description: command.description,
    metadata: command.metadata ?? noMetadata,
    effectiveAt: command.effectiveAt,
    followsTransactionId: command.followsTransactionId ?? '',
    createdAt: moment.now,
  });
  const written = enter(state, transfer.transactionId, transferPostings(transfer), moment);
  return transactionDecision(moment, command.idempotency, [transfer], written);
}

function transferRefusal(
  state: LedgerView,
  { fromAccountId, toAccountId, amount, currency, followsTransactionId }: Transfer,
): { outcome: Refused } | undefined {
  if (fromAccountId === toAccountId) return refused('same_account', fromAccountId);
  const giver = state.accounts.get(fromAccountId);
  if (!giver) return refused('account_not_found', fromAccountId);
  const receiver = state.accounts.get(toAccountId);
  if (!receiver) return refused('account_not_found', toAccountId);
  for (const account of [giver, receiver]) {
    if (account.currency !== currency) return refused('currency_mismatch', account.accountId);
  }
  const giverRefusal = debitRefusal(giver, amount);
  if (giverRefusal) return refused(giverRefusal, fromAccountId);
  const receiverRefusal = creditRefusal(receiver, amount);
  if (receiverRefusal) return refused(receiverRefusal, toAccountId);
  if (followsTransactionId && !isKnown(state, followsTransactionId)) {
    return refused('transaction_not_found', followsTransactionId);
  }
  return undefined;
}
