import type { Account } from '../domain/account.ts';
import { decideOpenAccount, type OpenAccount } from '../domain/decide-account.ts';
import type { Call, Reply } from './admission.ts';
import type { Ledger } from './ledger.ts';

/** Opens a ledger account under the id that its owner chose. */
export function openAccount(ledger: Ledger, command: OpenAccount, call: Call): Promise<Reply<Account>> {
  return ledger.execute(call, (state, moment) => decideOpenAccount(state, command, moment));
}
