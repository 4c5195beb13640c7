import { decideTransfer, type Transfer } from '../domain/decide-transfer.ts';
import type { Transaction } from '../domain/transaction.ts';
import type { Call, Reply } from './admission.ts';
import type { Ledger } from './ledger.ts';

/** Moves money between two accounts. */
export function transferMoney(ledger: Ledger, command: Transfer, call: Call): Promise<Reply<Transaction>> {
  return ledger.execute(call, (state, moment) => decideTransfer(state, command, moment));
}
