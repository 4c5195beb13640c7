import type { Account } from '../domain/account.ts';
import { answered, refused } from '../domain/decision.ts';
import type { Call, Reply } from './admission.ts';
import type { Ledger } from './ledger.ts';

/** An account with all in it that was acknowledged before, and nothing that is not durable. */
export function getBalance(ledger: Ledger, accountId: string, call: Call): Promise<Reply<Account>> {
  return ledger.execute(call, {
    decide: (state) => {
      const account = state.accounts.get(accountId);
      return account ? answered(account) : refused('account_not_found', accountId);
    },
  });
}

/** Several accounts, all as they were at one and the same moment; those that do not exist are left out. */
export function getBalances(
  ledger: Ledger,
  accountIds: readonly string[],
  call: Call,
): Promise<Reply<readonly Account[]>> {
  return ledger.execute(call, {
    decide: (state) => answered(accountIds.flatMap((accountId) => state.accounts.get(accountId) ?? [])),
  });
}
