import { status } from '@grpc/grpc-js';
import { GrpcRefusal, invalidRequest } from '@ipe/service-kit/refusal';
import type { Reply, Unserved } from '../../application/admission.ts';
import type { Refused } from '../../domain/decision.ts';
import type { Refusal } from '../../domain/refusals.ts';

type Told = Readonly<{ code: status; message: string }>;

const { ALREADY_EXISTS, DEADLINE_EXCEEDED, FAILED_PRECONDITION, NOT_FOUND, RESOURCE_EXHAUSTED, UNAVAILABLE } = status;

/** Total: a new refusal breaks the compile until it is told. */
const refusals: Readonly<Record<Refusal, Told>> = {
  account_exists: { code: ALREADY_EXISTS, message: 'an account with this id is open already' },
  account_not_found: { code: NOT_FOUND, message: 'no such account' },
  account_closed: { code: FAILED_PRECONDITION, message: 'the account is closed' },
  account_frozen: { code: FAILED_PRECONDITION, message: 'the account is frozen for debits' },
  account_not_empty: { code: FAILED_PRECONDITION, message: 'the account still holds money or is owed some' },
  limit_in_use: { code: FAILED_PRECONDITION, message: 'more than that is in use already' },
  insufficient_funds: { code: FAILED_PRECONDITION, message: 'more than is available' },
  balance_too_large: { code: FAILED_PRECONDITION, message: 'the balance would become too large' },
  same_account: { code: FAILED_PRECONDITION, message: 'both sides are the same account' },
  currency_mismatch: { code: FAILED_PRECONDITION, message: 'the account is kept in another currency' },
  expiry_out_of_range: { code: status.INVALID_ARGUMENT, message: 'the hold must end within a year from now' },
  transaction_not_found: { code: NOT_FOUND, message: 'no such transaction' },
  not_a_purchase: { code: FAILED_PRECONDITION, message: 'the transaction is no purchase' },
  not_a_transfer: { code: FAILED_PRECONDITION, message: 'the transaction is no transfer' },
  nothing_held: { code: FAILED_PRECONDITION, message: 'nothing is held any more' },
  amount_exceeds_held: { code: FAILED_PRECONDITION, message: 'more than is held' },
  authorization_expired: { code: FAILED_PRECONDITION, message: 'the authorisation has expired' },
  nothing_to_refund: { code: FAILED_PRECONDITION, message: 'nothing is left to refund' },
  amount_exceeds_captured: { code: FAILED_PRECONDITION, message: 'more than is left of what was captured' },
  already_reversed: { code: FAILED_PRECONDITION, message: 'the transfer is reversed already' },
  idempotency_key_reused: { code: ALREADY_EXISTS, message: 'this idempotency key was used with another request' },
};

const unserved: Readonly<Record<Unserved, Told & { retryAfterMs?: number }>> = {
  deadline_exceeded: { code: DEADLINE_EXCEEDED, message: 'the deadline passed before anything was begun' },
  queue_full: { code: RESOURCE_EXHAUSTED, message: 'too much is waiting to be written', retryAfterMs: 100 },
  not_leading: {
    code: UNAVAILABLE,
    message: 'the ledger is not ready; the key tells what became of it',
    retryAfterMs: 250,
  },
};

/** The answer, or the refusal as the edge throws it. */
export function answerOf<Answer>(reply: Reply<Answer>): { answer: Answer; replayed: boolean } {
  switch (reply.kind) {
    case 'answered':
      return reply;
    case 'refused':
      throw toRefusal(reply);
    case 'unserved':
      throw new GrpcRefusal({ reason: reply.why, ...unserved[reply.why] });
  }
}

function toRefusal({ refusal, about }: Refused): GrpcRefusal {
  if (refusal === 'expiry_out_of_range') {
    return invalidRequest([{ field: 'expires_at', description: 'must be in the future and within a year' }]);
  }
  return new GrpcRefusal({ reason: refusal, ...refusals[refusal], ...(about ? { metadata: { id: about } } : {}) });
}
