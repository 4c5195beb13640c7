import type { Instant } from './account.ts';
import { type Refused, refused } from './decision.ts';
import type { LedgerView } from './ledger-state.ts';
import { isAuthorization, type Transaction } from './transaction.ts';

/** The purchase or hold of which something is still held and that has not run out; or why it is none. */
export function openHold(state: LedgerView, transactionId: string, now: Instant): Transaction | { outcome: Refused } {
  const purchase = state.transactions.get(transactionId);
  if (!purchase) return refused('transaction_not_found', transactionId);
  if (!isAuthorization(purchase)) return refused('not_a_purchase', transactionId);
  if (purchase.status === 'EXPIRED') return refused('authorization_expired', transactionId);
  if (purchase.held === 0n) return refused('nothing_held', transactionId);
  // The sweeper may be a moment behind: a hold ends at its instant all the same, and whoever comes at that very
  // millisecond comes too late.
  if (purchase.expiresAt !== undefined && purchase.expiresAt <= now) {
    return refused('authorization_expired', transactionId);
  }
  return purchase;
}
