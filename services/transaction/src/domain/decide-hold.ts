import { type Cents, cents } from '@ipe/money/cents';
import { debitRefusal, type Instant, largestBalance, receivingRefusal } from './account.ts';
import {
  type Decision,
  earlierAnswer,
  enter,
  type Moment,
  type Refused,
  refused,
  transactionDecision,
} from './decision.ts';
import { holdEnd, isHoldEnd } from './hold-period.ts';
import type { LedgerView } from './ledger-state.ts';
import { openHold } from './open-hold.ts';
import { holdPostings, incrementPostings } from './posting-templates.ts';
import type { IdempotencyScope } from './record.ts';
import { type Metadata, movedPurchase, newTransaction, noMetadata, type Transaction } from './transaction.ts';

export type Hold = Readonly<{
  idempotency: IdempotencyScope;
  /** Gives, once captured. */
  fromAccountId: string;
  /** Gets, once captured. */
  toAccountId: string;
  amount: Cents;
  currency: string;
  description: string;
  /** Absent: seven days from now. */
  expiresAt?: Instant | undefined;
  metadata?: Metadata | undefined;
}>;

export type Increment = Readonly<{ idempotency: IdempotencyScope; transactionId: string; amount: Cents }>;

/** Sets an amount aside, without a card. Captured, voided, refunded and expired as a purchase by card is. */
export function decideHold(state: LedgerView, command: Hold, moment: Moment): Decision<Transaction> {
  const earlier = earlierAnswer(state, command.idempotency, 'transaction');
  if (earlier) return earlier;
  const refusal = holdRefusal(state, command, moment.now);
  if (refusal) return refusal;
  const hold = newTransaction({
    transactionId: moment.transactionId,
    kind: 'HOLD',
    status: 'AUTHORIZED',
    amount: command.amount,
    held: command.amount,
    currency: command.currency,
    debitAccountId: command.fromAccountId,
    creditAccountId: command.toAccountId,
    description: command.description,
    metadata: command.metadata ?? noMetadata,
    expiresAt: holdEnd(moment.now, command.expiresAt),
    createdAt: moment.now,
  });
  const written = enter(state, hold.transactionId, holdPostings(hold), moment);
  return transactionDecision(moment, command.idempotency, [hold], written);
}

/**
 * Holds more under an authorisation that is still open; it runs out when it did before. More money is promised, so
 * both accounts must allow what they had to allow at first. Too little available is a refusal here, by card too: the
 * purchase itself stays as it is.
 */
export function decideIncrement(state: LedgerView, command: Increment, moment: Moment): Decision<Transaction> {
  const earlier = earlierAnswer(state, command.idempotency, 'transaction');
  if (earlier) return earlier;
  const hold = openHold(state, command.transactionId, moment.now);
  if ('outcome' in hold) return hold;
  const refusal = promiseRefusal(state, hold.debitAccountId, hold.creditAccountId, command.amount);
  if (refusal) return refusal;
  const amount = cents(hold.amount + command.amount);
  if (amount > largestBalance) return refused('balance_too_large', hold.debitAccountId);
  const after = movedPurchase(hold, { amount, held: cents(hold.held + command.amount) }, moment.now);
  const written = enter(state, hold.transactionId, incrementPostings(hold, command.amount), moment);
  return transactionDecision(moment, command.idempotency, [after], written);
}

function holdRefusal(
  state: LedgerView,
  { fromAccountId, toAccountId, amount, currency, expiresAt }: Hold,
  now: Instant,
): { outcome: Refused } | undefined {
  if (fromAccountId === toAccountId) return refused('same_account', fromAccountId);
  for (const accountId of [fromAccountId, toAccountId]) {
    const account = state.accounts.get(accountId);
    if (account && account.currency !== currency) return refused('currency_mismatch', accountId);
  }
  const refusal = promiseRefusal(state, fromAccountId, toAccountId, amount);
  if (refusal) return refusal;
  return isHoldEnd(now, expiresAt) ? undefined : refused('expiry_out_of_range');
}

/** Why `amount` may not be promised by one account to the other; undefined when it may. */
function promiseRefusal(
  state: LedgerView,
  fromAccountId: string,
  toAccountId: string,
  amount: Cents,
): { outcome: Refused } | undefined {
  const payer = state.accounts.get(fromAccountId);
  if (!payer) return refused('account_not_found', fromAccountId);
  const receiver = state.accounts.get(toAccountId);
  if (!receiver) return refused('account_not_found', toAccountId);
  const payerRefusal = debitRefusal(payer, amount);
  if (payerRefusal) return refused(payerRefusal, fromAccountId);
  const receiverRefusal = receivingRefusal(receiver);
  return receiverRefusal ? refused(receiverRefusal, toAccountId) : undefined;
}
