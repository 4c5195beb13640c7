import { type Cents, cents } from '@ipe/money/cents';
import type { Refusal } from './refusals.ts';

/** Milliseconds since 1970 in UTC. */
export type Instant = number;

export type AccountClass = 'ASSET' | 'LIABILITY' | 'INCOME' | 'EXPENSE' | 'EQUITY';
export type AccountStatus = 'ACTIVE' | 'FROZEN' | 'CLOSED';

/** A ledger account after its last entry. Values are replaced, never changed in place: an answer may keep one. */
export type Account = Readonly<{
  accountId: string;
  accountClass: AccountClass;
  /** ISO 4217. */
  currency: string;
  status: AccountStatus;
  /** Sum of the posted entries, signed in the holder's favour. */
  posted: Cents;
  /** Sum of the open holds, zero or more. */
  held: Cents;
  /** How far below zero it may go, zero or more. */
  limit: Cents;
  /** Number of its last entry; its entries are numbered from 1 without gaps. */
  sequence: number;
  /** Hash of its last entry: the head of its chain. Empty before the first. */
  hash: string;
}>;

/** No balance goes beyond this on either side, so that posted - held + limit always fits into 64 bits. */
const largestBalance = 4_000_000_000_000_000_000n;

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
  if (account.status === 'FROZEN') return 'account_frozen';
  return available(account) < amount ? 'insufficient_funds' : undefined;
}

/** Why `amount` may not be credited now; undefined when it may. A frozen account still receives. */
export function creditRefusal(account: Account, amount: Cents): Refusal | undefined {
  if (account.status === 'CLOSED') return 'account_closed';
  return account.posted + amount > largestBalance ? 'balance_too_large' : undefined;
}
