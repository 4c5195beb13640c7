import { type Cents, cents } from '@ipe/money/cents';
import { debitRefusal } from './account.ts';
import { answered, type Decision, type Moment, refused, replayed, transactionDecision, write } from './decision.ts';
import { Layer } from './layer.ts';
import { answerKey, type LedgerView } from './ledger-state.ts';
import type { Posting } from './posting-templates.ts';
import { noRemittances } from './remittance.ts';
import { movedPurchase, newTransaction, type Transaction } from './transaction.ts';

// A transaction of another shard that takes money here has it set aside first. The reservation runs out never: it ends
// when the transaction that names it is delivered, or when its home has promised that none ever will name it.

/** For whom money is set aside: the home of a transaction, and the key under which that is asked for there. */
export type ReservedFor = Readonly<{ home: number; caller: string; key: string }>;

export type Reserve = Readonly<{ accountId: string; amount: Cents; currency: string; reservedFor: ReservedFor }>;

export function decideReserve(state: LedgerView, command: Reserve, moment: Moment): Decision<Transaction> {
  const { accountId, amount, currency, reservedFor } = command;
  const account = state.accounts.get(accountId);
  if (!account) return refused('account_not_found', accountId);
  if (account.currency !== currency) return refused('currency_mismatch', accountId);
  const refusal = debitRefusal(account, amount);
  if (refusal) return refused(refusal, accountId);
  const reservation = newTransaction({
    transactionId: moment.transactionId,
    kind: 'RESERVATION',
    status: 'AUTHORIZED',
    amount,
    held: amount,
    currency,
    debitAccountId: accountId,
    description: `set aside for shard ${reservedFor.home}`,
    metadata: { home: `${reservedFor.home}`, caller: reservedFor.caller, key: reservedFor.key },
    createdAt: moment.now,
  });
  return reservationDecision(state, reservation, holdPosting(reservation, 'HOLD_PLACED', amount), moment);
}

/** Frees what was set aside, if it still is. Only for whoever knows that its transaction will never name it. */
export function decideRelease(state: LedgerView, reservationId: string, moment: Moment): Decision<Transaction> {
  const reservation = state.transactions.get(reservationId);
  if (reservation?.kind !== 'RESERVATION') return refused('transaction_not_found', reservationId);
  if (reservation.held === 0n) return replayed(reservation);
  const after = movedPurchase(reservation, { held: cents(0n) }, moment.now);
  return reservationDecision(state, after, holdPosting(reservation, 'HOLD_RELEASED', -reservation.held), moment);
}

/** For whom a reservation was made. */
export function reservedFor({ metadata }: Transaction): ReservedFor {
  return { home: Number(metadata['home']), caller: metadata['caller'] ?? '', key: metadata['key'] ?? '' };
}

/** A reservation whose transaction has come; undefined when it has ended before. */
export function endedReservation(
  state: LedgerView,
  reservationId: string,
  { now }: Moment,
): { reservation: Transaction; posting: Posting } | undefined {
  const reservation = state.transactions.get(reservationId);
  if (!reservation || reservation.held === 0n) return undefined;
  const moved = { captured: reservation.amount, held: cents(0n) };
  const posting = holdPosting(reservation, 'HOLD_RELEASED', -reservation.held);
  return { reservation: movedPurchase(reservation, moved, now), posting };
}

const reservationCaller = 'system/reservation';

/** Under which a reservation is called off where its transaction would be decided. */
export function calledOffKey(reservationId: string): string {
  return answerKey(reservationCaller, reservationId);
}

/** Whether a reservation may not be named any more. */
export function isReservationCalledOff(state: LedgerView, reservationId: string): boolean {
  return state.answers.has(calledOffKey(reservationId));
}

/**
 * Decides, once and for all, whether the transaction under a key has named a reservation, or never will: 'named' or
 * 'called_off'.
 */
export function decideCallOff(
  state: LedgerView,
  reservationId: string,
  { caller, key }: ReservedFor,
  moment: Moment,
): Decision<'named' | 'called_off'> {
  const answer = state.answers.get(answerKey(caller, key))?.transaction;
  if (answer?.reservationIds.includes(reservationId)) return replayed('named');
  if (isReservationCalledOff(state, reservationId)) return replayed('called_off');
  const change = { kind: 'cancelled', caller: reservationCaller, authorizationKey: reservationId } as const;
  const { now: decidedAt, traceparent } = moment;
  return answered('called_off', { decidedAt, idempotency: undefined, traceparent, change });
}

function reservationDecision(
  state: LedgerView,
  reservation: Transaction,
  posting: Posting,
  moment: Moment,
): Decision<Transaction> {
  const entries = [write(new Layer(state.accounts), reservation.transactionId, posting, moment)];
  return transactionDecision(moment, undefined, [reservation], { entries, remittances: noRemittances });
}

function holdPosting({ debitAccountId }: Transaction, kind: 'HOLD_PLACED' | 'HOLD_RELEASED', held: bigint): Posting {
  return {
    accountId: debitAccountId,
    counterpartyAccountId: '',
    kind,
    posted: cents(0n),
    held: cents(held),
  };
}
