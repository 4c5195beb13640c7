import { type Cents, cents } from '@ipe/money/cents';
import { creditRefusal, debitRefusal } from './account.ts';
import { type Decision, earlierAnswer, enter, type Moment, refused, transactionDecision } from './decision.ts';
import type { LedgerView } from './ledger-state.ts';
import { refundPostings } from './posting-templates.ts';
import type { IdempotencyScope } from './record.ts';
import { isAuthorization, movedPurchase, type Transaction } from './transaction.ts';

export type Refund = Readonly<{
  idempotency: IdempotencyScope;
  transactionId: string;
  /** Zero: all that is left to refund. */
  amount: Cents;
}>;

/**
 * Gives captured money back from the shop to the payer. A movement like any other: a shop frozen for debits gives
 * nothing back, and a payer frozen for credits gets nothing back, until they are free.
 */
export function decideRefund(state: LedgerView, command: Refund, moment: Moment): Decision<Transaction> {
  const earlier = earlierAnswer(state, command.idempotency, 'transaction');
  if (earlier) return earlier;
  const purchase = state.transactions.get(command.transactionId);
  if (!purchase) return refused('transaction_not_found', command.transactionId);
  if (!isAuthorization(purchase)) return refused('not_a_purchase', command.transactionId);
  const refundable = cents(purchase.captured - purchase.refunded);
  if (refundable === 0n) return refused('nothing_to_refund', command.transactionId);
  const amount = command.amount === 0n ? refundable : command.amount;
  if (amount > refundable) return refused('amount_exceeds_captured', command.transactionId);

  const shop = state.accounts.get(purchase.creditAccountId);
  const shopRefusal = shop ? debitRefusal(shop, amount) : 'account_not_found';
  if (shopRefusal) return refused(shopRefusal, purchase.creditAccountId);
  const payer = state.accounts.get(purchase.debitAccountId);
  const payerRefusal = payer ? creditRefusal(payer, amount) : 'account_not_found';
  if (payerRefusal) return refused(payerRefusal, purchase.debitAccountId);

  const after = movedPurchase(purchase, { refunded: cents(purchase.refunded + amount) }, moment.now);
  const written = enter(state, purchase.transactionId, refundPostings(purchase, amount), moment);
  return transactionDecision(moment, command.idempotency, [after], written);
}
