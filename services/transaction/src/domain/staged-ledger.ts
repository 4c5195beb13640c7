import { ExpiryQueue } from './expiry-queue.ts';
import { Layer } from './layer.ts';
import type { LedgerState, LedgerView } from './ledger-state.ts';

/**
 * A state on top of another: what is applied to it can be seen in it, and leaves the one below as it was. For trying
 * what several decisions, one after the other, come to. Its queue of holds is its own: nothing expires in a trial.
 */
export function stagedOn(below: LedgerView): LedgerState {
  return {
    accounts: new Layer(below.accounts),
    transactions: new Layer(below.transactions),
    answers: new Layer(below.answers),
    openHolds: new ExpiryQueue(),
    openReservations: new Set(),
    decidedAt: below.decidedAt,
  };
}
