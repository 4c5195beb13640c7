import type { AccountView } from '../domain/account.ts';
import type { Accounts } from './ports.ts';

/** Reads an account; one of another than the named customer is not told from one that does not exist. */
export class GetAccount {
  constructor(private readonly accounts: Accounts) {}

  async execute(accountId: string, customerId: string | undefined): Promise<AccountView | undefined> {
    const account = await this.accounts.find(accountId);
    return customerId === undefined || account?.customerId === customerId ? account : undefined;
  }
}
