import { cents } from '@ipe/money/cents';
import {
  answered,
  type Decision,
  earlierAnswer,
  enter,
  type Moment,
  refused,
  replayed,
  transactionDecision,
} from './decision.ts';
import { answerKey, type LedgerView } from './ledger-state.ts';
import { expiryPostings, voidPostings } from './posting-templates.ts';
import type { IdempotencyScope } from './record.ts';
import { isAuthorization, movedPurchase, type Transaction } from './transaction.ts';

export type Void = Readonly<{ idempotency: IdempotencyScope; transactionId: string }>;

export type CancelAuthorization = Readonly<{
  caller: string;
  /** The key that the authorisation was, or will be, asked under. */
  authorizationKey: string;
}>;

/**
 * Releases what is still held; what was captured stays captured. A hold that has run out and is not swept yet is
 * released too: it is free either way, and only once.
 */
export function decideVoid(state: LedgerView, command: Void, moment: Moment): Decision<Transaction> {
  const earlier = earlierAnswer(state, command.idempotency, 'transaction');
  if (earlier) return earlier;
  const purchase = state.transactions.get(command.transactionId);
  if (!purchase) return refused('transaction_not_found', command.transactionId);
  if (!isAuthorization(purchase)) return refused('not_a_purchase', command.transactionId);
  if (purchase.held === 0n) return refused('nothing_held', command.transactionId);
  return release(state, purchase, command.idempotency, moment);
}

/**
 * Makes sure that an authorisation is not in force, whether it has arrived or not. Asking again changes nothing, so
 * it needs no key of its own. A purchase of which something was captured is left alone.
 */
export function decideCancel(
  state: LedgerView,
  command: CancelAuthorization,
  moment: Moment,
): Decision<Transaction | undefined> {
  const stored = state.answers.get(answerKey(command.caller, command.authorizationKey));
  if (!stored) {
    const { now: decidedAt, traceparent } = moment;
    const change = { kind: 'cancelled', ...command } as const;
    return answered(undefined, { decidedAt, idempotency: undefined, traceparent, change });
  }
  const first = stored.transaction;
  if (!first) return stored.account ? refused('idempotency_key_reused') : replayed(undefined);
  // The first state of a purchase is its authorisation: any later one was answered under the key of another command.
  if (first.kind !== 'CARD_PURCHASE' || first.version !== 1) return refused('idempotency_key_reused');
  const purchase = state.transactions.get(first.transactionId) ?? first;
  return purchase.status === 'AUTHORIZED' ? release(state, purchase, undefined, moment) : replayed(purchase);
}

/** Expires the hold that has run out longest ago; undefined when none has. */
export function decideExpiry(state: LedgerView, moment: Moment): Decision<Transaction> | undefined {
  const due = state.openHolds.first();
  if (!due || due.at > moment.now) return undefined;
  const purchase = state.transactions.get(due.id);
  if (!purchase) throw new Error(`the hold of ${due.id}, which was never authorised`);
  const after = movedPurchase(purchase, { held: cents(0n) }, moment.now, 'EXPIRED');
  const written = enter(state, purchase.transactionId, expiryPostings(purchase), moment);
  return transactionDecision(moment, undefined, [after], written);
}

function release(
  state: LedgerView,
  purchase: Transaction,
  idempotency: IdempotencyScope | undefined,
  moment: Moment,
): Decision<Transaction> {
  const after = movedPurchase(purchase, { held: cents(0n) }, moment.now);
  const written = enter(state, purchase.transactionId, voidPostings(purchase), moment);
  return transactionDecision(moment, idempotency, [after], written);
}
