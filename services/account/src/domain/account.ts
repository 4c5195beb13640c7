import { type Cents, cents } from '@ipe/money/cents';

export type AccountType = 'CURRENT' | 'CREDIT_CARD' | 'MERCHANT';
/** As the ledger has them. */
export const accountStatuses = ['ACTIVE', 'FROZEN', 'FROZEN_FOR_CREDIT', 'FROZEN_FOR_ALL', 'CLOSED'] as const;
export type AccountStatus = (typeof accountStatuses)[number];

/** What never changes once an account is opened. Its id is also its ledger account's. */
export type Account = Readonly<{
  accountId: string;
  customerId: string;
  type: AccountType;
  /** Four digits. */
  branch: string;
  /** Eight digits. */
  number: string;
  /** 0 to 9, or X. */
  checkDigit: string;
  createdAt: Date;
}>;

/** An account after one of its ledger entries: the values are absolute, so the highest sequence is the whole truth. */
export type Balance = Readonly<{
  posted: Cents;
  held: Cents;
  limit: Cents;
  available: Cents;
  status: AccountStatus;
  /** Of the last entry in it; 0 before the first. */
  sequence: bigint;
  /** When that entry was booked; unknown until its event has come. */
  bookedAt: Date | undefined;
}>;

export type AccountView = Account & Readonly<{ balance: Balance }>;

/** The bank has one branch. */
export const branch = '0001';

/** What an account is to the bank: a credit card's holder owes the bank, the others are owed by it. */
export function ledgerClass(type: AccountType): 'ASSET' | 'LIABILITY' {
  return type === 'CREDIT_CARD' ? 'ASSET' : 'LIABILITY';
}

/** The balance until the ledger's first event has come. */
export function openingBalance(limit: Cents): Balance {
  return {
    posted: cents(0n),
    held: cents(0n),
    limit,
    available: limit,
    status: 'ACTIVE',
    sequence: 0n,
    bookedAt: undefined,
  };
}

/** available = posted - held + limit, in every balance that the ledger tells. */
export function addsUp({ posted, held, limit, available }: Pick<Balance, 'posted' | 'held' | 'limit' | 'available'>) {
  return posted - held + limit === available;
}
