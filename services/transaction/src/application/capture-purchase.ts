import { type Capture, decideCapture } from '../domain/decide-capture.ts';
import type { Transaction } from '../domain/transaction.ts';
import type { Call, Reply } from './admission.ts';
import type { Ledger } from './ledger.ts';

/** Posts held money to the shop. */
export function capturePurchase(ledger: Ledger, command: Capture, call: Call): Promise<Reply<Transaction>> {
  return ledger.execute(call, (state, moment) => decideCapture(state, command, moment));
}
