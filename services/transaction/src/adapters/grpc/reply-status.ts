import { status } from '@grpc/grpc-js';
import { GrpcRefusal, invalidRequest } from '@ipe/service-kit/refusal';
import type { NotServed, Reply, Unserved } from '../../application/admission.ts';
import type { Refused } from '../../domain/decision.ts';
import type { Refusal } from '../../domain/refusals.ts';

type Told = Readonly<{ code: status; message: string }>;

const {
  ABORTED,
  ALREADY_EXISTS,
  DEADLINE_EXCEEDED,
  FAILED_PRECONDITION,
  INVALID_ARGUMENT,
  NOT_FOUND,
  RESOURCE_EXHAUSTED,
  UNAVAILABLE,
} = status;

/** Total: a new refusal breaks the compile until it is told. */
export const refusals: Readonly<Record<Refusal, Told>> = {
  account_exists: { code: ALREADY_EXISTS, message: 'an account with this id is open already' },
  account_not_found: { code: NOT_FOUND, message: 'no such account' },
  account_closed: { code: FAILED_PRECONDITION, message: 'the account is closed' },
  account_frozen: { code: FAILED_PRECONDITION, message: 'the account is frozen for debits' },
  account_frozen_for_credit: { code: FAILED_PRECONDITION, message: 'the account is frozen for credits' },
  account_not_empty: { code: FAILED_PRECONDITION, message: 'the account still holds money or is owed some' },
  limit_in_use: { code: FAILED_PRECONDITION, message: 'more than that is in use already' },
  insufficient_funds: { code: FAILED_PRECONDITION, message: 'more than is available' },
  balance_too_large: { code: FAILED_PRECONDITION, message: 'the balance would become too large' },
  same_account: { code: FAILED_PRECONDITION, message: 'both sides are the same account' },
  currency_mismatch: { code: FAILED_PRECONDITION, message: 'the account is kept in another currency' },
  line_count_out_of_range: { code: INVALID_ARGUMENT, message: 'a posting has 2 to 50 lines' },
  line_is_zero: { code: INVALID_ARGUMENT, message: 'a line moves nothing' },
  not_balanced: { code: INVALID_ARGUMENT, message: 'the lines of a currency do not sum to zero' },
  template_unknown: { code: NOT_FOUND, message: 'no such posting template' },
  party_missing: { code: INVALID_ARGUMENT, message: 'the template names a party whose account is not given' },
  party_unknown: { code: INVALID_ARGUMENT, message: 'the template names no such party' },
  amount_missing: { code: INVALID_ARGUMENT, message: 'the template names an amount that is not given' },
  amount_unknown: { code: INVALID_ARGUMENT, message: 'the template names no such amount' },
  nothing_to_post: { code: INVALID_ARGUMENT, message: 'all amounts are zero' },
  expiry_out_of_range: { code: INVALID_ARGUMENT, message: 'the hold must end within a year from now' },
  transaction_not_found: { code: NOT_FOUND, message: 'no such transaction' },
  not_a_purchase: { code: FAILED_PRECONDITION, message: 'the transaction is no purchase and no hold' },
  not_a_transfer: { code: FAILED_PRECONDITION, message: 'the transaction is no transfer and no posting' },
  nothing_held: { code: FAILED_PRECONDITION, message: 'nothing is held any more' },
  amount_exceeds_held: { code: FAILED_PRECONDITION, message: 'more than is held' },
  authorization_expired: { code: FAILED_PRECONDITION, message: 'the authorisation has expired' },
  nothing_to_refund: { code: FAILED_PRECONDITION, message: 'nothing is left to refund' },
  amount_exceeds_captured: { code: FAILED_PRECONDITION, message: 'more than is left of what was captured' },
  amount_exceeds_original: { code: FAILED_PRECONDITION, message: 'more than is left of the original' },
  lines_required: { code: INVALID_ARGUMENT, message: 'of a posting of more than two lines, the lines must be given' },
  already_reversed: { code: FAILED_PRECONDITION, message: 'the original is reversed already' },
  not_reserved: { code: ABORTED, message: 'what must be set aside for it changed all the time; nothing was done' },
  several_shards: {
    code: FAILED_PRECONDITION,
    message: 'writes that are done together must be about accounts of one shard',
  },
  idempotency_key_reused: { code: ALREADY_EXISTS, message: 'this idempotency key was used with another request' },
};

export const unservedReasons: Readonly<Record<Unserved, Told & { retryAfterMs?: number }>> = {
  deadline_exceeded: { code: DEADLINE_EXCEEDED, message: 'the deadline passed before anything was begun' },
  queue_full: { code: RESOURCE_EXHAUSTED, message: 'too much is waiting to be written', retryAfterMs: 100 },
  too_large: { code: INVALID_ARGUMENT, message: 'these writes do not fit into one item of the journal' },
  card_state_unknown: {
    code: UNAVAILABLE,
    message: 'it cannot be known now whose card this is; nothing was begun',
    retryAfterMs: 250,
  },
  not_leading: {
    code: UNAVAILABLE,
    message: 'the ledger is not ready; the key tells what became of it',
    retryAfterMs: 250,
  },
};

/** The answer, or the refusal as the edge throws it. */
export function answerOf<Answer>(reply: Reply<Answer>): { answer: Answer; replayed: boolean } {
  if (reply.kind === 'answered') return reply;
  throw refusalOf(reply);
}

export function refusalOf(reply: Refused | NotServed): GrpcRefusal {
  if (reply.kind === 'refused') return toRefusal(reply);
  return new GrpcRefusal({ reason: reply.why, ...unservedReasons[reply.why] });
}

function toRefusal({ refusal, about }: Refused): GrpcRefusal {
  if (refusal === 'expiry_out_of_range') {
    return invalidRequest([{ field: 'expires_at', description: 'must be in the future and within a year' }]);
  }
  return new GrpcRefusal({ reason: refusal, ...refusals[refusal], ...(about ? { metadata: { id: about } } : {}) });
}
