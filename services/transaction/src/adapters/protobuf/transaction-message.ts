import type { Balance, Transaction as TransactionMessage } from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { cents } from '@ipe/money/cents';
import { type Account, available } from '../../domain/account.ts';
import { type DeclineReason, responseCodes } from '../../domain/response-codes.ts';
import type { Transaction } from '../../domain/transaction.ts';
import { accountClasses, accountStatuses, transactionKinds, transactionStatuses } from './enums.ts';

// How transactions and balances look on the wire and in the journal: one shape for both.

export function toTransactionMessage(transaction: Transaction): TransactionMessage {
  const { kind, status, amount, captured, refunded, held, merchant, createdAt, updatedAt, expiresAt, ...same } =
    transaction;
  return {
    ...same,
    kind: transactionKinds.toMessage(kind),
    status: transactionStatuses.toMessage(status),
    amountCents: amount,
    capturedCents: captured,
    refundedCents: refunded,
    heldCents: held,
    merchant: merchant && { ...merchant },
    createdAt: new Date(createdAt),
    updatedAt: new Date(updatedAt),
    expiresAt: expiresAt === undefined ? undefined : new Date(expiresAt),
  };
}

export function fromTransactionMessage(message: TransactionMessage): Transaction {
  const { kind, status, amountCents, capturedCents, refundedCents, heldCents, declineReason, merchant, ...same } =
    message;
  return {
    ...same,
    kind: transactionKinds.fromMessage(kind),
    status: transactionStatuses.fromMessage(status),
    amount: cents(amountCents),
    captured: cents(capturedCents),
    refunded: cents(refundedCents),
    held: cents(heldCents),
    declineReason: toDeclineReason(declineReason),
    merchant,
    createdAt: requiredInstant(message.createdAt),
    updatedAt: requiredInstant(message.updatedAt),
    expiresAt: message.expiresAt?.getTime(),
  };
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

export function requiredInstant(date: Date | undefined): number {
  if (!date) throw new Error('a time is missing');
  return date.getTime();
}

function toDeclineReason(text: string): DeclineReason | '' {
  if (text === '') return '';
  if (!Object.hasOwn(responseCodes, text)) throw new Error(`no decline reason ${text}`);
  return text as DeclineReason;
}
