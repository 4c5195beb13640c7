import { status } from '@grpc/grpc-js';
import { GrpcRefusal, idempotencyKeyReused, invalidRequest, notFound } from '@ipe/service-kit/refusal';
import type { Refusal } from '../../domain/refusal.ts';

/** Total: a new refusal breaks the compile until it is mapped. */
const statuses: Readonly<Record<Refusal, () => GrpcRefusal>> = {
  card_not_found: () => notFound('card'),
  customer_not_found: () => notFound('customer'),
  idempotency_key_reused: idempotencyKeyReused,
  expiry_not_in_future: () => invalidRequest([{ field: 'expires_at', description: 'must be in the future' }]),
  expiry_too_far: () => invalidRequest([{ field: 'expires_at', description: 'must be within five years' }]),
  limit_above_policy: () => failed('limit_above_policy', 'the limit is more than the bank grants at once'),
  card_status_final: () => failed('card_status_final', 'the card is lost, stolen or cancelled, for good'),
  blocked_by_bank: () => failed('blocked_by_bank', 'the bank blocked this card, and only the bank can lift it'),
  account_unavailable: () =>
    new GrpcRefusal({
      code: status.UNAVAILABLE,
      reason: 'account_unavailable',
      message: 'the account service does not answer; the same call may succeed later',
      retryAfterMs: 1_000,
    }),
};

export function toGrpcRefusal(refusal: Refusal): GrpcRefusal {
  return statuses[refusal]();
}

function failed(reason: string, message: string): GrpcRefusal {
  return new GrpcRefusal({ code: status.FAILED_PRECONDITION, reason, message });
}
