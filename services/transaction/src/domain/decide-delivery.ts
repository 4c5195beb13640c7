import { type Cents, cents } from '@ipe/money/cents';
import { type Account, creditRefusal } from './account.ts';
import { endedReservation } from './decide-reservation.ts';
import { type Decision, earlierAnswer, type Moment, transactionDecision, write } from './decision.ts';
import type { Entry } from './entry.ts';
import { Layer } from './layer.ts';
import { answerKey, type LedgerView } from './ledger-state.ts';
import type { Posting } from './posting-templates.ts';
import type { IdempotencyScope } from './record.ts';
import { noRemittances, type RemittedPosting } from './remittance.ts';
import { newTransaction, type Transaction } from './transaction.ts';
import { transitAccountId } from './transit-accounts.ts';

/** What one transaction of another shard writes here. */
export type DeliveredItem = Readonly<{
  /** As it was when that was decided. */
  transaction: Transaction;
  postings: readonly RemittedPosting[];
  reservationIds: readonly string[];
}>;

/** Where in a journal remittances lie, and to which shard they go: what a delivery is recognised by. */
export type DeliveryPlace = Readonly<{
  from: number;
  to: number;
  /** The batch in the journal of `from`. */
  sequence: number;
  /** From 0: a batch with many remittances is delivered in parts. */
  part: number;
}>;

export type Delivery = DeliveryPlace & Readonly<{ items: readonly DeliveredItem[] }>;

/** What a delivery adds here, by currency. */
export function sumsOf(items: readonly DeliveredItem[]): ReadonlyMap<string, Cents> {
  const sums = new Map<string, Cents>();
  for (const { postings } of items) {
    for (const { currency, posted } of postings) sums.set(currency, cents((sums.get(currency) ?? 0n) + posted));
  }
  return sums;
}

/**
 * Takes in what another shard has decided, once: it is never refused. What an account may not receive any more (it was
 * closed, or frozen for credits, while the money was on its way) is kept for it as unclaimed.
 */
export function decideDelivery(state: LedgerView, delivery: Delivery, moment: Moment): Decision<Transaction> {
  const { from, to, items } = delivery;
  const idempotency = scopeOf(deliveryName(delivery), moment);
  const earlier = earlierAnswer(state, idempotency, 'transaction');
  if (earlier) return earlier;
  const accounts = new Layer(state.accounts);
  const entries: Entry[] = [];
  const reservations: Transaction[] = [];
  for (const { transaction, postings, reservationIds } of items) {
    for (const reservationId of reservationIds) {
      const ended = endedReservation(state, reservationId, moment);
      if (!ended) continue;
      entries.push(write(accounts, reservationId, ended.posting, moment));
      reservations.push(ended.reservation);
    }
    const receivers = receiversOf(accounts, postings, to);
    for (const posting of postings) {
      const accountId = receivers.get(posting.accountId) ?? posting.accountId;
      const line = { ...posting, accountId, held: cents(0n) };
      entries.push(write(accounts, transaction.transactionId, line, moment));
    }
  }
  const sums = sumsOf(items);
  const told = between(moment, `${items.length} remittances of shard ${from}, batch ${delivery.sequence}`, sums);
  for (const posting of oppositeOf(sums, 'between-shards', to)) {
    entries.push(write(accounts, told.transactionId, posting, moment));
  }
  const delivered = items.map(({ transaction }) => transaction);
  const written = { entries, remittances: noRemittances };
  return transactionDecision(moment, idempotency, [told, ...reservations], written, delivered);
}

/** What was in transit has arrived: other shards owe it, or are owed it, from now on. */
export function decideReceipt(
  state: LedgerView,
  place: DeliveryPlace,
  sums: ReadonlyMap<string, Cents>,
  moment: Moment,
): Decision<Transaction> {
  const { from, to } = place;
  const idempotency = scopeOf(receiptName(place), moment);
  const earlier = earlierAnswer(state, idempotency, 'transaction');
  if (earlier) return earlier;
  const told = between(moment, `delivered to shard ${to}: batch ${place.sequence}`, sums);
  const postings = [
    ...oppositeOf(sums, 'in-transit', from),
    ...oppositeOf(sums, 'between-shards', from).map((posting) => ({ ...posting, posted: cents(-posting.posted) })),
  ];
  const accounts = new Layer(state.accounts);
  const entries = postings.map((posting) => write(accounts, told.transactionId, posting, moment));
  return transactionDecision(moment, idempotency, [told], { entries, remittances: noRemittances });
}

/**
 * Whom an account's lines are written for: the account itself, or, where it may not receive their sum, what is unclaimed.
 * All of them together, for their sum is what was decided, and what is reserved where it takes.
 */
function receiversOf(
  accounts: ReadonlyMap<string, Account>,
  postings: readonly RemittedPosting[],
  shard: number,
): ReadonlyMap<string, string> {
  const receivers = new Map<string, string>();
  for (const [accountId, lines] of Map.groupBy(postings, (posting) => posting.accountId)) {
    const account = accounts.get(accountId);
    const sum = cents(lines.reduce((total, { posted }) => total + posted, 0n));
    const isTakenIn = account && (sum <= 0n || creditRefusal(account, sum) === undefined);
    const currency = lines[0]?.currency ?? '';
    receivers.set(accountId, isTakenIn ? accountId : transitAccountId('unclaimed', currency, shard));
  }
  return receivers;
}

function oppositeOf(
  sums: ReadonlyMap<string, Cents>,
  account: 'in-transit' | 'between-shards',
  shard: number,
): Posting[] {
  return [...sums]
    .filter(([, sum]) => sum !== 0n)
    .map(([currency, sum]) => ({
      accountId: transitAccountId(account, currency, shard),
      counterpartyAccountId: '',
      kind: 'POSTING',
      posted: cents(-sum),
      held: cents(0n),
    }));
}

function between(moment: Moment, description: string, sums: ReadonlyMap<string, Cents>): Transaction {
  const [[currency, sum] = ['BRL', cents(0n)]] = sums;
  return newTransaction({
    transactionId: moment.transactionId,
    kind: 'BETWEEN_SHARDS',
    status: 'POSTED',
    amount: cents(sum < 0n ? -sum : sum),
    currency,
    description,
    createdAt: moment.now,
  });
}

/** The key under which a delivery is found again where it was delivered. */
export function deliveryKey(place: DeliveryPlace): string {
  const { caller, key } = deliveryName(place);
  return answerKey(caller, key);
}

/** The key under which a receipt is found again where it was remitted. */
export function receiptKey(place: DeliveryPlace): string {
  const { caller, key } = receiptName(place);
  return answerKey(caller, key);
}

type Name = Omit<IdempotencyScope, 'fingerprint'>;

/** No caller's name has a slash: these keys are nobody else's. */
function deliveryName({ from, sequence, part }: DeliveryPlace): Name {
  return { caller: `system/shard/${from}`, key: `delivery:${sequence}.${part}` };
}

function receiptName({ to, sequence, part }: DeliveryPlace): Name {
  return { caller: `system/shard/${to}`, key: `receipt:${sequence}.${part}` };
}

function scopeOf(name: Name, moment: Moment): IdempotencyScope {
  return { ...name, fingerprint: moment.sha256(name.key) };
}
