import type { Account, Instant } from './account.ts';
import { remit } from './elsewhere.ts';
import { accountAfter, type Entry, nextEntry, type Sha256 } from './entry.ts';
import { Layer } from './layer.ts';
import { answerKey, type LedgerView } from './ledger-state.ts';
import type { Posting } from './posting-templates.ts';
import type { IdempotencyScope, LedgerRecord } from './record.ts';
import type { Refusal } from './refusals.ts';
import { noRemittances, type Remittance } from './remittance.ts';
import { noReservations, type Transaction } from './transaction.ts';

/** All that a decision needs from outside: handed in, so that a decision is the same whenever it is made again. */
export type Moment = Readonly<{
  /** Never earlier than the record before. */
  now: Instant;
  /** The id of the transaction, should this decision make one. */
  transactionId: string;
  /** W3C trace context of the call; empty when it had none. */
  traceparent: string;
  sha256: Sha256;
}>;

export type Refused = Readonly<{ kind: 'refused'; refusal: Refusal; about: string }>;
export type Answered<Answer> = Readonly<{ kind: 'answered'; answer: Answer; replayed: boolean }>;
export type Outcome<Answer> = Answered<Answer> | Refused;

/** What is answered, and what is to be journaled before that. */
export type Decision<Answer> = Readonly<{ outcome: Outcome<Answer>; record?: LedgerRecord }>;

/** about: the id of what the refusal speaks of, where the request alone does not tell. */
export function refused(refusal: Refusal, about = ''): { outcome: Refused } {
  return { outcome: { kind: 'refused', refusal, about } };
}

export function answered<Answer>(answer: Answer, record?: LedgerRecord): Decision<Answer> {
  return { outcome: { kind: 'answered', answer, replayed: false }, ...(record ? { record } : {}) };
}

export function replayed<Answer>(answer: Answer): Decision<Answer> {
  return { outcome: { kind: 'answered', answer, replayed: true } };
}

type Answers = { transaction: Transaction; account: Account };

/** The answer given before under the same key, a refusal when that was another request, or undefined: decide now. */
export function earlierAnswer<Kind extends keyof Answers>(
  state: LedgerView,
  { caller, key, fingerprint }: IdempotencyScope,
  kind: Kind,
): Decision<Answers[Kind]> | undefined {
  const stored = state.answers.get(answerKey(caller, key));
  if (!stored) return undefined;
  const answer = stored[kind];
  if (stored.fingerprint !== fingerprint || !answer) return refused('idempotency_key_reused');
  return replayed(answer as Answers[Kind]);
}

/** What postings come to: entries here, and what is to be written at other shards. */
export type Written = Readonly<{ entries: readonly Entry[]; remittances: readonly Remittance[] }>;

export const nothingWritten: Written = { entries: [], remittances: noRemittances };
const noneDelivered: readonly Transaction[] = [];

/** Transactions in a new state, with what is written of them; the first is the answer. */
export function transactionDecision(
  moment: Moment,
  idempotency: IdempotencyScope | undefined,
  [first, ...others]: readonly [Transaction, ...Transaction[]],
  { entries, remittances }: Written,
  delivered = noneDelivered,
): Decision<Transaction> {
  const reservationIds = remittances.length === 0 ? noReservations : remittances.flatMap((one) => one.reservationIds);
  const isSame = reservationIds.length === 0 && first.reservationIds.length === 0;
  const answer = isSame ? first : { ...first, reservationIds };
  const transactions = [answer, ...others] as const;
  const change = { kind: 'transaction', transactions, entries, remittances, delivered } as const;
  return answered(answer, {
    decidedAt: moment.now,
    idempotency,
    traceparent: moment.traceparent,
    change,
  });
}

/** Writes postings into their accounts, in order; an account may occur more than once. */
export function enter(state: LedgerView, transactionId: string, postings: readonly Posting[], moment: Moment): Written {
  const { here, remittances } = state.elsewhere
    ? remit(state.elsewhere, postings)
    : { here: postings, remittances: noRemittances };
  const accounts = new Layer(state.accounts);
  const entries = here.map((posting) => write(accounts, transactionId, posting, moment));
  return { entries, remittances };
}

/** The entry that writes one posting of a transaction, after which the accounts are as it leaves them. */
export function write(accounts: Map<string, Account>, transactionId: string, posting: Posting, moment: Moment): Entry {
  const account = accounts.get(posting.accountId);
  if (!account) throw new Error(`a posting to account ${posting.accountId}, which was never opened`);
  const { kind, counterpartyAccountId, posted, held } = posting;
  const line = { kind, transactionId, counterpartyAccountId, posted, held };
  const entry = nextEntry(account, line, moment.now, moment.sha256);
  accounts.set(posting.accountId, accountAfter(account, entry));
  return entry;
}
