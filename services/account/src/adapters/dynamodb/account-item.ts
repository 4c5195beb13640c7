import { type Cents, cents } from '@ipe/money/cents';
import {
  type Account,
  type AccountStatus,
  type AccountType,
  type AccountView,
  type Balance,
  openingBalance,
} from '../../domain/account.ts';

/** `account#<id>` / `account`, and a copy of it at `customer#<id>` / `account#<since>#<id>`: it never changes. */
export type AccountItem = {
  accountId: string;
  customerId: string;
  type: AccountType;
  branch: string;
  number: string;
  checkDigit: string;
  openingLimitCents: bigint;
  createdAt: string;
};

/** `account#<id>` / `balance`: written by the ledger's events and answers, also before the account is here. */
export type BalanceItem = {
  postedCents: bigint;
  heldCents: bigint;
  limitCents: bigint;
  availableCents: bigint;
  status: AccountStatus;
  sequence: bigint;
  bookedAt?: string;
};

export function accountItem(account: Account, limit: Cents): AccountItem {
  return { ...account, openingLimitCents: limit, createdAt: account.createdAt.toISOString() };
}

export function balanceItem(balance: Balance): BalanceItem {
  return {
    postedCents: balance.posted,
    heldCents: balance.held,
    limitCents: balance.limit,
    availableCents: balance.available,
    status: balance.status,
    sequence: balance.sequence,
    ...(balance.bookedAt ? { bookedAt: balance.bookedAt.toISOString() } : {}),
  };
}

export function accountView(account: AccountItem, balance: BalanceItem | undefined): AccountView {
  const { accountId, customerId, type, branch, number, checkDigit } = account;
  return {
    accountId,
    customerId,
    type,
    branch,
    number,
    checkDigit,
    createdAt: new Date(account.createdAt),
    balance: balance ? toBalance(balance) : openingBalance(cents(account.openingLimitCents)),
  };
}

function toBalance(item: BalanceItem): Balance {
  return {
    posted: cents(item.postedCents),
    held: cents(item.heldCents),
    limit: cents(item.limitCents),
    available: cents(item.availableCents),
    status: item.status,
    sequence: item.sequence,
    bookedAt: item.bookedAt === undefined ? undefined : new Date(item.bookedAt),
  };
}
