import { decideReverse, type Reverse } from '../domain/decide-transfer.ts';
import type { Transaction } from '../domain/transaction.ts';
import type { Call, Reply } from './admission.ts';
import type { Ledger } from './ledger.ts';

/** Mends a transfer by its opposite. */
export function reverseTransfer(ledger: Ledger, command: Reverse, call: Call): Promise<Reply<Transaction>> {
  return ledger.execute(call, (state, moment) => decideReverse(state, command, moment));
}
