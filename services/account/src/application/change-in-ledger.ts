import type { AccountView } from '../domain/account.ts';
import type { Accounts, Ledger, LedgerChange, Outcome, Write } from './ports.ts';

/**
 * Changes an account in the ledger, then here. A crash between the two is mended by the repetition, or by the ledger's
 * event, whichever comes first.
 */
export async function changeInLedger(
  { accounts, ledger }: { accounts: Accounts; ledger: Ledger },
  write: Write,
  digest: string,
  account: AccountView,
  change: LedgerChange,
): Promise<Outcome<AccountView>> {
  const answer = await ledger.change(write, account.accountId, change);
  if (answer.kind === 'refused') return answer;
  await accounts.project(account.accountId, answer.balance);
  return accounts.recordChange(write, digest, { ...account, balance: answer.balance });
}
