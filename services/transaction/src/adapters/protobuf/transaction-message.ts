import type {
  Balance,
  PostingLine as LineMessage,
  Transaction as TransactionMessage,
} from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { cents } from '@ipe/money/cents';
import { type Account, available, type Instant } from '../../domain/account.ts';
import { type DeclineReason, responseCodes } from '../../domain/response-codes.ts';
import {
  type Metadata,
  noLines,
  noMetadata,
  noReservations,
  type PostedLine,
  type Transaction,
} from '../../domain/transaction.ts';
import { accountClasses, accountStatuses, transactionKinds, transactionStatuses } from './enums.ts';

// How transactions and balances look on the wire and in the journal: one shape for both.

// Field by field: copying all but some fields of an object costs more than everything else here.

export function toTransactionMessage(transaction: Transaction): TransactionMessage {
  const { merchant, lines } = transaction;
  return {
    transactionId: transaction.transactionId,
    kind: transactionKinds.toMessage(transaction.kind),
    status: transactionStatuses.toMessage(transaction.status),
    amountCents: transaction.amount,
    capturedCents: transaction.captured,
    refundedCents: transaction.refunded,
    heldCents: transaction.held,
    currency: transaction.currency,
    debitAccountId: transaction.debitAccountId,
    creditAccountId: transaction.creditAccountId,
    cardId: transaction.cardId,
    cardLastFour: transaction.cardLastFour,
    merchant: merchant && { ...merchant },
    orderId: transaction.orderId,
    installments: transaction.installments,
    authorizationCode: transaction.authorizationCode,
    declineReason: transaction.declineReason,
    responseCode: transaction.responseCode,
    description: transaction.description,
    reversesTransactionId: transaction.reversesTransactionId,
    createdAt: new Date(transaction.createdAt),
    updatedAt: new Date(transaction.updatedAt),
    expiresAt: toDate(transaction.expiresAt),
    version: transaction.version,
    lines: lines === noLines ? [] : lines.map(toLineMessage),
    metadata: transaction.metadata,
    effectiveAt: toDate(transaction.effectiveAt),
    followsTransactionId: transaction.followsTransactionId,
    reversedCents: transaction.reversed,
    template: transaction.template,
    // Not copied, and never changed by who writes it.
    reservationIds: transaction.reservationIds as string[],
  };
}

export function fromTransactionMessage(message: TransactionMessage): Transaction {
  const { merchant, lines, metadata } = message;
  return {
    transactionId: message.transactionId,
    kind: transactionKinds.fromMessage(message.kind),
    status: transactionStatuses.fromMessage(message.status),
    amount: cents(message.amountCents),
    captured: cents(message.capturedCents),
    refunded: cents(message.refundedCents),
    held: cents(message.heldCents),
    reversed: cents(message.reversedCents),
    currency: message.currency,
    debitAccountId: message.debitAccountId,
    creditAccountId: message.creditAccountId,
    // Nearly all transactions have neither: those share one of each.
    lines: lines.length === 0 ? noLines : lines.map(fromLineMessage),
    metadata: isEmpty(metadata) ? noMetadata : metadata,
    template: message.template,
    reservationIds: message.reservationIds.length === 0 ? noReservations : message.reservationIds,
    effectiveAt: message.effectiveAt?.getTime(),
    followsTransactionId: message.followsTransactionId,
    cardId: message.cardId,
    cardLastFour: message.cardLastFour,
    merchant,
    orderId: message.orderId,
    installments: message.installments,
    authorizationCode: message.authorizationCode,
    declineReason: toDeclineReason(message.declineReason),
    responseCode: message.responseCode,
    description: message.description,
    reversesTransactionId: message.reversesTransactionId,
    createdAt: requiredInstant(message.createdAt),
    updatedAt: requiredInstant(message.updatedAt),
    expiresAt: message.expiresAt?.getTime(),
    version: message.version,
  };
}

function toLineMessage({ accountId, amount, reversed, currency }: PostedLine): LineMessage {
  return { accountId, amountCents: amount, reversedCents: reversed, currency };
}

function fromLineMessage({ accountId, amountCents, reversedCents, currency }: LineMessage): PostedLine {
  return { accountId, amount: cents(amountCents), reversed: cents(reversedCents), currency };
}

export function toBalance(account: Account): Balance {
  return {
    accountId: account.accountId,
    postedCents: account.posted,
    heldCents: account.held,
    limitCents: account.limit,
    availableCents: available(account),
    status: accountStatuses.toMessage(account.status),
    sequence: BigInt(account.sequence),
    currency: account.currency,
    accountClass: accountClasses.toMessage(account.accountClass),
  };
}

/** hash: the account's chain; a balance does not tell it. */
export function fromBalance(balance: Balance, hash: string): Account {
  return {
    accountId: balance.accountId,
    accountClass: accountClasses.fromMessage(balance.accountClass),
    currency: balance.currency,
    status: accountStatuses.fromMessage(balance.status),
    posted: cents(balance.postedCents),
    held: cents(balance.heldCents),
    limit: cents(balance.limitCents),
    sequence: Number(balance.sequence),
    hash,
  };
}

function toDate(instant: Instant | undefined): Date | undefined {
  return instant === undefined ? undefined : new Date(instant);
}

function isEmpty(pairs: Metadata): boolean {
  for (const _key in pairs) return false;
  return true;
}

export function requiredInstant(date: Date | undefined): number {
  if (!date) throw new Error('a time is missing');
  return date.getTime();
}

function toDeclineReason(text: string): DeclineReason | '' {
  if (text === '') return '';
  if (!Object.hasOwn(responseCodes, text)) throw new Error(`no decline reason ${text}`);
  return text as DeclineReason;
}
