import { fingerprint } from '@ipe/dynamodb/fingerprint';
import type { Cents } from '@ipe/money/cents';
import type { AccountView } from '../domain/account.ts';
import { changeInLedger } from './change-in-ledger.ts';
import { type Accounts, type Ledger, type Outcome, refused, type Write } from './ports.ts';

export type ChangeCreditLimitCommand = Readonly<{ write: Write; accountId: string; limit: Cents }>;

/** Sets how far a credit-card account may go, once for each write. */
export class ChangeCreditLimit {
  constructor(
    private readonly accounts: Accounts,
    private readonly ledger: Ledger,
  ) {}

  async execute({ write, accountId, limit }: ChangeCreditLimitCommand): Promise<Outcome<AccountView>> {
    const digest = fingerprint(['ChangeCreditLimit', accountId, limit]);
    const before = await this.accounts.findWrite(write, digest);
    if (before) return before;
    const account = await this.accounts.find(accountId);
    if (!account) return refused('account_not_found');
    if (account.type !== 'CREDIT_CARD') return refused('not_a_credit_card');
    return changeInLedger({ accounts: this.accounts, ledger: this.ledger }, write, digest, account, { limit });
  }
}
