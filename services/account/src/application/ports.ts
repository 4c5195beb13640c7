import type { Cents } from '@ipe/money/cents';
import type { Account, AccountStatus, AccountView, Balance } from '../domain/account.ts';
import type { Customer } from '../domain/customer.ts';
import type { AccountBalance } from '../domain/latest-of-each.ts';
import type { LedgerRefusal, Refusal } from '../domain/refusal.ts';

// Abstract classes here are ports and injection tokens in one.

/** The scope and name of a write: who asks, and the caller's own key. */
export type Write = Readonly<{ caller: string; key: string }>;

/** replayed: this write was made before, and `value` is what it answered then. */
export type Outcome<T> =
  | Readonly<{ kind: 'done'; value: T; replayed: boolean }>
  | Readonly<{ kind: 'refused'; refusal: Refusal }>;

export function refused(refusal: Refusal): { kind: 'refused'; refusal: Refusal } {
  return { kind: 'refused', refusal };
}

export abstract class Clock {
  abstract now(): Date;
}

export abstract class Customers {
  abstract find(customerId: string): Promise<Customer | undefined>;
  /** Once for each write; document and e-mail are unique: document_taken, email_taken. */
  abstract register(write: Write, fingerprint: string, customer: Customer): Promise<Outcome<Customer>>;
}

export type AccountPage = Readonly<{ accounts: readonly AccountView[]; next: string | undefined }>;

export abstract class Accounts {
  abstract find(accountId: string): Promise<AccountView | undefined>;
  /** Oldest first. after: `next` of the page before. */
  abstract list(customerId: string, limit: number, after: string | undefined): Promise<AccountPage>;
  /** How many current accounts a customer ever opened. */
  abstract currentAccounts(customerId: string): Promise<number>;
  /** What this write answered before, if it was made. */
  abstract findWrite(write: Write, fingerprint: string): Promise<Outcome<AccountView> | undefined>;
  /**
   * Once for each write. limit: as the ledger opened it. 'number_taken': another account has that number.
   * Refuses: too_many_accounts.
   */
  abstract open(
    write: Write,
    fingerprint: string,
    account: Account,
    limit: Cents,
  ): Promise<Outcome<AccountView> | { kind: 'number_taken' }>;
  /** Keeps what a change answered, once for each write. */
  abstract recordChange(write: Write, fingerprint: string, after: AccountView): Promise<Outcome<AccountView>>;
  /** Keeps a balance unless a later one is there; the account itself may not be here yet. */
  abstract project(accountId: string, balance: Balance): Promise<'applied' | 'stale'>;
  /** The same for many accounts, each by itself; none may be there twice. The outcomes are in their order. */
  abstract projectAll(balances: readonly AccountBalance[]): Promise<readonly ('applied' | 'stale')[]>;
}

export type LedgerAnswer =
  | Readonly<{ kind: 'done'; balance: Balance }>
  | Readonly<{ kind: 'refused'; refusal: LedgerRefusal }>;

/** The bank core. Both writes are safe to repeat: they carry a key that follows from `write`. */
export abstract class Ledger {
  abstract open(
    write: Write,
    account: { accountId: string; accountClass: 'ASSET' | 'LIABILITY'; limit: Cents },
  ): Promise<LedgerAnswer>;
  abstract change(write: Write, accountId: string, change: LedgerChange): Promise<LedgerAnswer>;
}

/** What is absent stays. */
export type LedgerChange = Readonly<{ limit?: Cents; status?: AccountStatus }>;

/** Eight digits for an account: the same for the same account and attempt, as if drawn by lot for any other. */
export abstract class AccountNumbers {
  abstract candidate(accountId: string, attempt: number): string;
}
