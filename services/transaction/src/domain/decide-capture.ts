import { type Cents, cents } from '@ipe/money/cents';
import { creditRefusal } from './account.ts';
import { type Decision, earlierAnswer, enter, type Moment, refused, transactionDecision } from './decision.ts';
import type { LedgerView } from './ledger-state.ts';
import { capturePostings } from './postings.ts';
import type { IdempotencyScope } from './record.ts';
import { movedPurchase, type Transaction } from './transaction.ts';

export type Capture = Readonly<{
  idempotency: IdempotencyScope;
  transactionId: string;
  /** Zero: all that is still held. */
  amount: Cents;
  /** Releases what is left of the hold. */
  final: boolean;
}>;

/** A freeze that came after the approval does not stop a capture: the shop was promised the money. */
export function decideCapture(state: LedgerView, command: Capture, moment: Moment): Decision<Transaction> {
  const earlier = earlierAnswer(state, command.idempotency, 'transaction');
  if (earlier) return earlier;
  const purchase = state.transactions.get(command.transactionId);
  if (!purchase) return refused('transaction_not_found', command.transactionId);
  if (purchase.kind !== 'CARD_PURCHASE') return refused('not_a_purchase', command.transactionId);
  if (purchase.status === 'EXPIRED') return refused('authorization_expired', command.transactionId);
  if (purchase.held === 0n) return refused('nothing_held', command.transactionId);
  // The sweeper may be a moment behind: a hold ends at its instant all the same.
  if (purchase.expiresAt !== undefined && purchase.expiresAt <= moment.now) {
    return refused('authorization_expired', command.transactionId);
  }
  const amount = command.amount === 0n ? purchase.held : command.amount;
  if (amount > purchase.held) return refused('amount_exceeds_held', command.transactionId);
  const shop = state.accounts.get(purchase.creditAccountId);
  const refusal = shop ? creditRefusal(shop, amount) : 'account_not_found';
  if (refusal) return refused(refusal, purchase.creditAccountId);

  const released = cents(command.final ? purchase.held - amount : 0n);
  const after = movedPurchase(
    purchase,
    { captured: cents(purchase.captured + amount), held: cents(purchase.held - amount - released) },
    moment.now,
  );
  const entries = enter(state, purchase.transactionId, capturePostings(purchase, amount, released), moment);
  return transactionDecision(moment, command.idempotency, [after], entries);
}
