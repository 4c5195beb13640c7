import type { Account } from '@ipe/contracts/gen/bank/account/v1/account';
import type { AccountOwnership } from './account-ownership.ts';
import type { Accounts, CallOptions } from './ports.ts';

export type Page = { pageSize: number; pageToken: string };

/** A customer's accounts; whose they are is remembered, so that statements stay readable while account is down. */
export class ListAccounts {
  constructor(
    private readonly accounts: Accounts,
    private readonly ownership: AccountOwnership,
  ) {}

  async run(
    customerId: string,
    page: Page,
    options?: CallOptions,
  ): Promise<{ accounts: Account[]; nextPageToken: string }> {
    const answer = await this.accounts.listAccounts({ customerId, ...page }, options);
    const ids = answer.accounts.map(({ accountId }) => accountId);
    this.ownership.remember(customerId, ids);
    return answer;
  }
}
