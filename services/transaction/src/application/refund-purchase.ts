import { decideRefund, type Refund } from '../domain/decide-refund.ts';
import type { Transaction } from '../domain/transaction.ts';
import type { Call, Reply } from './admission.ts';
import type { Ledger } from './ledger.ts';

/** Gives captured money back. */
export function refundPurchase(ledger: Ledger, command: Refund, call: Call): Promise<Reply<Transaction>> {
  return ledger.execute(call, (state, moment) => decideRefund(state, command, moment));
}
