import { fingerprint } from '@ipe/dynamodb/fingerprint';
import type { AccountStatus, AccountView } from '../domain/account.ts';
import { refuseCustomersChange } from '../domain/freeze.ts';
import { changeInLedger } from './change-in-ledger.ts';
import { type Accounts, type Ledger, type Outcome, refused, type Write } from './ports.ts';

export type ChangeAccountStatusCommand = Readonly<{
  write: Write;
  accountId: string;
  /** When given, an account of somebody else is account_not_found. */
  customerId: string | undefined;
  status: AccountStatus;
}>;

/** Freezes, releases or closes an account, once for each write. A customer may do less of it than the bank. */
export class ChangeAccountStatus {
  constructor(
    private readonly accounts: Accounts,
    private readonly ledger: Ledger,
  ) {}

  async execute({ write, accountId, customerId, status }: ChangeAccountStatusCommand): Promise<Outcome<AccountView>> {
    const digest = fingerprint(['ChangeAccountStatus', accountId, customerId ?? null, status]);
    const before = await this.accounts.findWrite(write, digest);
    if (before) return before;
    const account = await this.accounts.find(accountId);
    if (!account || (customerId !== undefined && account.customerId !== customerId)) {
      return refused('account_not_found');
    }
    // The projected status: a freeze that the ledger made milliseconds ago by another way may not be in it yet.
    const refusal = customerId === undefined ? undefined : refuseCustomersChange(account.balance.status, status);
    if (refusal) return refused(refusal);
    return changeInLedger({ accounts: this.accounts, ledger: this.ledger }, write, digest, account, { status });
  }
}
