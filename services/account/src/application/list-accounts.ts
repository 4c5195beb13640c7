import type { AccountPage, Accounts } from './ports.ts';

/** Reads a page of a customer's accounts, oldest first. */
export class ListAccounts {
  constructor(private readonly accounts: Accounts) {}

  execute(customerId: string, limit: number, after: string | undefined): Promise<AccountPage> {
    return this.accounts.list(customerId, limit, after);
  }
}
