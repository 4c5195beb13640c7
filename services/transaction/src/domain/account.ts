import { type Cents, cents } from '@ipe/money/cents';
import type { Refusal } from './refusals.ts';

/** Milliseconds since 1970 in UTC. */
export type Instant = number;

export type AccountClass = 'ASSET' | 'LIABILITY' | 'INCOME' | 'EXPENSE' | 'EQUITY';
/** FROZEN stops debits, FROZEN_FOR_CREDIT stops credits, FROZEN_FOR_ALL both; see `debitRefusal`, `creditRefusal`. */
export type AccountStatus = 'ACTIVE' | 'FROZEN' | 'FROZEN_FOR_CREDIT' | 'FROZEN_FOR_ALL' | 'CLOSED';

/** A ledger account after its last entry. Values are replaced, never changed in place: an answer may keep one. */
export type Account = Readonly<{
  accountId: string;
  accountClass: AccountClass;
  /** What it is kept in: see `parseAsset`. All its amounts are in the smallest unit of that. */
  currency: string;
  status: AccountStatus;
  /** Sum of the posted entries, signed in the holder's favour. */
  posted: Cents;
  /** Sum of the open holds, zero or more. */
  held: Cents;
  /** How far below zero it may go, zero or more: at zero, debits must not exceed credits. */
  limit: Cents;
  /** Number of its last entry; its entries are numbered from 1 without gaps. */
  sequence: number;
  /** Hash of its last entry: the head of its chain. Empty before the first. */
  hash: string;
}>;

/** No balance, limit or amount goes beyond this on either side, so that posted - held + limit always fits into 64 bits. */
export const largestBalance = 4_000_000_000_000_000_000n;

/** The limit of the bank's own cash account: it lends to nobody but itself. */
export const unboundedLimit = cents(largestBalance);

/** An account before its first entry. */
export function emptyAccount(accountId: string, accountClass: AccountClass, currency: string): Account {
  const zero = cents(0n);
  const balances = { posted: zero, held: zero, limit: zero, sequence: 0, hash: '' };
  return { accountId, accountClass, currency, status: 'ACTIVE', ...balances };
}

export function available(account: Account): Cents {
  return cents(account.posted - account.held + account.limit);
}

/** Why `amount` may not be debited or held now; undefined when it may. */
export function debitRefusal(account: Account, amount: Cents): Refusal | undefined {
  if (account.status === 'CLOSED') return 'account_closed';
  if (account.status === 'FROZEN' || account.status === 'FROZEN_FOR_ALL') return 'account_frozen';
  return available(account) < amount ? 'insufficient_funds' : undefined;
}

/**
 * Why `amount` may not be credited now; undefined when it may. An account frozen for debits still receives. One frozen
 * for credits receives nothing, whatever it is for: no transfer, and no refund or reversal either, which wait until it
 * is free again. Such a freeze is there to keep money from arriving, and money that goes back arrives too.
 */
export function creditRefusal(account: Account, amount: Cents): Refusal | undefined {
  return receivingRefusal(account) ?? (account.posted + amount > largestBalance ? 'balance_too_large' : undefined);
}

/** Why nothing at all may be credited now; undefined when something may. */
export function receivingRefusal({ status }: Account): Refusal | undefined {
  if (status === 'CLOSED') return 'account_closed';
  if (status === 'FROZEN_FOR_CREDIT' || status === 'FROZEN_FOR_ALL') return 'account_frozen_for_credit';
  return undefined;
}
