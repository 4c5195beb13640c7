import { EntryEvent } from '@ipe/contracts/gen/bank/events/v1/entry_event';
import { TransactionEvent } from '@ipe/contracts/gen/bank/events/v1/transaction_event';
import { cloudEventHeaders } from '@ipe/events/cloud-event';
import type { Message } from 'kafkajs';
import type { Instant } from '../../domain/account.ts';
import type { Entry } from '../../domain/entry.ts';
import type { LedgerRecord, TransactionChange } from '../../domain/record.ts';
import type { Transaction } from '../../domain/transaction.ts';

export const transactionsTopic = 'bank.transactions.v1';
export const entriesTopic = 'bank.entries.v1';

export type Event = { topic: string; message: Message & { key: string; value: string } };

const source = '/bank/transaction';

// proto3 JSON may leave zeros out; an index and a person want the amounts all the same, and proto3 allows them.
const transactionZeros = zeros(TransactionEvent.fromPartial({}));
const entryZeros = zeros(EntryEvent.fromPartial({}));

function zeros(empty: object): object {
  const numbers = Object.entries(empty).filter(([, value]) => value === 0n || value === 0);
  return Object.fromEntries(numbers.map(([name, value]) => [name, value === 0n ? '0' : 0]));
}

/** What a record tells the world, in order. Ids are drawn from the facts, so that a repetition is recognised. */
export function ledgerEvents({ change, traceparent }: LedgerRecord, now: Instant): Event[] {
  switch (change.kind) {
    case 'transaction': {
      return [
        ...change.transactions.map((changed) => transactionEvent(changed, traceparent, now)),
        ...change.entries.map((entry) => {
          const owner = ownerOf(entry, change);
          return entryEvent(entry, currencyOf(entry, owner), owner, traceparent, now);
        }),
      ];
    }
    case 'account':
      return change.entries.map((entry) => entryEvent(entry, change.account.currency, undefined, traceparent, now));
    case 'cancelled':
      return [];
  }
}

/** The transaction of an entry: the record's first, but for what is delivered for other shards. */
function ownerOf({ transactionId }: Entry, { transactions, delivered }: TransactionChange): Transaction {
  const [first, ...others] = transactions;
  if (first.transactionId === transactionId) return first;
  return [...delivered, ...others].find((one) => one.transactionId === transactionId) ?? first;
}

/** An account has one currency: the transaction's, unless its lines are of several. */
function currencyOf({ accountId }: Entry, { lines, currency }: Transaction): string {
  return lines.find((line) => line.accountId === accountId)?.currency ?? currency;
}

function transactionEvent(transaction: Transaction, traceparent: string, now: Instant): Event {
  const { transactionId, merchant, version } = transaction;
  const event: TransactionEvent = {
    transactionId,
    kind: transaction.kind,
    status: transaction.status,
    amountCents: transaction.amount,
    capturedCents: transaction.captured,
    refundedCents: transaction.refunded,
    heldCents: transaction.held,
    currency: transaction.currency,
    debitAccountId: transaction.debitAccountId,
    creditAccountId: transaction.creditAccountId,
    cardId: transaction.cardId,
    cardLastFour: transaction.cardLastFour,
    merchantId: merchant?.merchantId ?? '',
    merchantName: merchant?.name ?? '',
    mcc: merchant?.mcc ?? '',
    orderId: transaction.orderId,
    installments: transaction.installments,
    authorizationCode: transaction.authorizationCode,
    declineReason: transaction.declineReason,
    responseCode: transaction.responseCode,
    description: transaction.description,
    reversesTransactionId: transaction.reversesTransactionId,
    createdAt: new Date(transaction.createdAt),
    updatedAt: new Date(transaction.updatedAt),
    version,
    reversedCents: transaction.reversed,
    lines: transaction.lines.map(({ accountId, amount, reversed, currency }) => ({
      accountId,
      amountCents: amount,
      reversedCents: reversed,
      currency,
    })),
    template: transaction.template,
    metadata: transaction.metadata,
    effectiveAt: transaction.effectiveAt === undefined ? undefined : new Date(transaction.effectiveAt),
    followsTransactionId: transaction.followsTransactionId,
  };
  return {
    topic: transactionsTopic,
    message: {
      key: transactionId,
      value: JSON.stringify({ ...transactionZeros, ...(TransactionEvent.toJSON(event) as object) }),
      // The same for all of a transaction's states, so that it stays in one monthly index.
      timestamp: recordTime(transaction.createdAt, now),
      headers: cloudEventHeaders({
        id: `${transactionId}.${version}`,
        source,
        type: transactionsTopic,
        time: new Date(transaction.updatedAt),
        traceparent,
      }),
    },
  };
}

function entryEvent(
  entry: Entry,
  currency: string,
  transaction: Transaction | undefined,
  traceparent: string,
  now: Instant,
): Event {
  const event: EntryEvent = {
    accountId: entry.accountId,
    sequence: BigInt(entry.sequence),
    kind: entry.kind,
    transactionId: entry.transactionId,
    postedDeltaCents: entry.postedDelta,
    heldDeltaCents: entry.heldDelta,
    postedCents: entry.posted,
    heldCents: entry.held,
    limitCents: entry.limit,
    availableCents: entry.posted - entry.held + entry.limit,
    accountStatus: entry.status,
    currency,
    description: transaction?.description ?? '',
    counterpartyAccountId: entry.counterpartyAccountId,
    merchantId: transaction?.merchant?.merchantId ?? '',
    orderId: transaction?.orderId ?? '',
    cardId: transaction?.cardId ?? '',
    cardLastFour: transaction?.cardLastFour ?? '',
    installments: transaction?.installments ?? 0,
    authorizationCode: transaction?.authorizationCode ?? '',
    bookedAt: new Date(entry.bookedAt),
    transactionCreatedAt: transaction && new Date(transaction.createdAt),
    hash: entry.hash,
    transactionStatus: transaction?.status ?? '',
  };
  return {
    topic: entriesTopic,
    message: {
      key: entry.accountId,
      value: JSON.stringify({ ...entryZeros, ...(EntryEvent.toJSON(event) as object) }),
      timestamp: recordTime(entry.bookedAt, now),
      headers: cloudEventHeaders({
        id: `${entry.accountId}.${entry.sequence}`,
        source,
        type: entriesTopic,
        time: new Date(entry.bookedAt),
        traceparent,
      }),
    },
  };
}

/** Kafka refuses records more than an hour ahead of its clock, which a ledger is whose clock was once set wrong. */
function recordTime(at: Instant, now: Instant): string {
  return String(Math.min(at, now));
}
