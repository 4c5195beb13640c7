import { ExpiryQueue } from './expiry-queue.ts';
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
    decidedAt: below.decidedAt,
  };
}

class Layer<Value> extends Map<string, Value> {
  constructor(private readonly below: ReadonlyMap<string, Value>) {
    super();
  }

  override get(key: string): Value | undefined {
    return super.get(key) ?? this.below.get(key);
  }

  override has(key: string): boolean {
    return super.has(key) || this.below.has(key);
  }
}
