import type { Settlement } from './payment.ts';

export type BankTransactionStatus =
  | 'authorized'
  | 'declined'
  | 'partially_captured'
  | 'captured'
  | 'voided'
  | 'expired'
  | 'partially_refunded'
  | 'refunded';

/** A card purchase as the bank core tells it. */
export type BankTransaction = {
  transactionId: string;
  status: BankTransactionStatus;
  authorizationCode: string;
  declineReason: string;
  responseCode: string;
};

/** How the core declines a request that arrives after its key was cancelled. */
const cancelledByUs = 'cancelled_by_merchant';

/** What the bank's word means for the payment that asked for it: money is still only held, or it is over. */
export function judge(transaction: BankTransaction): { next: 'capture' } | { next: 'settle'; settlement: Settlement } {
  const { transactionId, authorizationCode, responseCode } = transaction;
  switch (transaction.status) {
    case 'authorized':
    case 'partially_captured':
      return { next: 'capture' };
    case 'captured':
    case 'partially_refunded':
    case 'refunded':
      return { next: 'settle', settlement: { status: 'paid', transactionId, authorizationCode, responseCode } };
    case 'declined': {
      const reason = transaction.declineReason;
      if (reason === cancelledByUs) return failed(transactionId, 'bank_unreachable');
      return { next: 'settle', settlement: { status: 'declined', transactionId, reason, responseCode } };
    }
    case 'voided':
      return failed(transactionId, 'authorization_voided');
    case 'expired':
      return failed(transactionId, 'authorization_expired');
  }
}

function failed(transactionId: string, reason: string): { next: 'settle'; settlement: Settlement } {
  return { next: 'settle', settlement: { status: 'failed', transactionId, reason, violations: [] } };
}
