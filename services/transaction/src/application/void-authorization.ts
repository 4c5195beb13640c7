import { decideVoid, type Void } from '../domain/decide-release.ts';
import type { Transaction } from '../domain/transaction.ts';
import type { Call, Reply } from './admission.ts';
import type { Ledger } from './ledger.ts';

/** Releases what is still held. */
export function voidAuthorization(ledger: Ledger, command: Void, call: Call): Promise<Reply<Transaction>> {
  return ledger.execute(call, (state, moment) => decideVoid(state, command, moment));
}
