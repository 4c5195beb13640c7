import { type Cents, cents } from '@ipe/money/cents';
import { creditRefusal } from './account.ts';
import { type Decision, earlierAnswer, enter, type Moment, refused, transactionDecision } from './decision.ts';
import type { LedgerView } from './ledger-state.ts';
import { openHold } from './open-hold.ts';
import { capturePostings } from './posting-templates.ts';
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

/**
 * A freeze of the payer that came after the approval does not stop a capture: the shop was promised the money. A freeze
 * of the shop for credits does: the promise was that the payer's money is there, not that the shop may have it, and the
 * bank stops credits where it must not let more money arrive. The hold stays until the shop is free, or it runs out.
 */
export function decideCapture(state: LedgerView, command: Capture, moment: Moment): Decision<Transaction> {
  const earlier = earlierAnswer(state, command.idempotency, 'transaction');
  if (earlier) return earlier;
  const purchase = openHold(state, command.transactionId, moment.now);
  if ('outcome' in purchase) return purchase;
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
  const written = enter(state, purchase.transactionId, capturePostings(purchase, amount, released), moment);
  return transactionDecision(moment, command.idempotency, [after], written);
}
