import { type CancelAuthorization, decideCancel } from '../domain/decide-release.ts';
import { answerKey } from '../domain/ledger-state.ts';
import type { Transaction } from '../domain/transaction.ts';
import type { Call, Reply } from './admission.ts';
import type { Ledger } from './ledger.ts';

/** Makes sure that an authorisation is not in force; undefined when none had arrived, and none will be approved. */
export function cancelAuthorization(
  ledger: Ledger,
  command: CancelAuthorization,
  call: Call,
): Promise<Reply<Transaction | undefined>> {
  return ledger.execute(call, {
    keys: [answerKey(command.caller, command.authorizationKey)],
    decide: (state, moment) => decideCancel(state, command, moment),
  });
}
