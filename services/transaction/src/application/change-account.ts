import type { Account } from '../domain/account.ts';
import { type ChangeAccount, decideChangeAccount } from '../domain/decide-account.ts';
import type { Call, Reply } from './admission.ts';
import type { Ledger } from './ledger.ts';

/** Sets an account's limit and status. */
export function changeAccount(ledger: Ledger, command: ChangeAccount, call: Call): Promise<Reply<Account>> {
  return ledger.execute(call, (state, moment) => decideChangeAccount(state, command, moment));
}
