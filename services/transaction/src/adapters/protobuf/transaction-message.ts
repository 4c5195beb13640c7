import type {
  Balance,
  PostingLine as LineMessage,
  Transaction as TransactionMessage,
} from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { cents } from '@ipe/money/cents';
import { type Account, available, type Instant } from '../../domain/account.ts';
import { type DeclineReason, responseCodes } from '../../domain/response-codes.ts';
import { type Metadata, noLines, noMetadata, type PostedLine, type Transaction } from '../../domain/transaction.ts';
import { accountClasses, accountStatuses, transactionKinds, transactionStatuses } from './enums.ts';

// How transactions and balances look on the wire and in the journal: one shape for both.

export function toTransactionMessage(transaction: Transaction): TransactionMessage {
  const { kind, status, amount, captured, refunded, held, reversed, merchant, lines, effectiveAt, expiresAt, ...same } =
    transaction;
  return {
    ...same,
    kind: transactionKinds.toMessage(kind),
    status: transactionStatuses.toMessage(status),
    amountCents: amount,
    capturedCents: captured,
    refundedCents: refunded,
    heldCents: held,
    reversedCents: reversed,
    merchant: merchant && { ...merchant },
    lines: lines.map(toLineMessage),
    createdAt: new Date(same.createdAt),
    updatedAt: new Date(same.updatedAt),
    effectiveAt: toDate(effectiveAt),
    expiresAt: toDate(expiresAt),
  };
}

export function fromTransactionMessage(message: TransactionMessage): Transaction {
  const { kind, status, amountCents, capturedCents, refundedCents, heldCents, reversedCents, ...same } = message;
  return {
    ...same,
    kind: transactionKinds.fromMessage(kind),
    status: transactionStatuses.fromMessage(status),
    amount: cents(amountCents),
    captured: cents(capturedCents),
    refunded: cents(refundedCents),
    held: cents(heldCents),
    reversed: cents(reversedCents),
    declineReason: toDeclineReason(same.declineReason),
    // Nearly all transactions have neither: those share one of each.
    lines: same.lines.length === 0 ? noLines : same.lines.map(fromLineMessage),
    metadata: isEmpty(same.metadata) ? noMetadata : same.metadata,
    createdAt: requiredInstant(same.createdAt),
    updatedAt: requiredInstant(same.updatedAt),
    effectiveAt: same.effectiveAt?.getTime(),
    expiresAt: same.expiresAt?.getTime(),
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
