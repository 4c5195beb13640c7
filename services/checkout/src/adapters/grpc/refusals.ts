import { status } from '@grpc/grpc-js';
import { GrpcRefusal, idempotencyKeyReused, invalidRequest, notFound } from '@ipe/service-kit/refusal';
import type { Refusal, Refused } from '../../domain/refusal.ts';

/** When a caller may ask again after a neighbour was out of reach. */
const retryAfterMs = 1_000;

const conflict = (reason: Refusal, message: string) => () =>
  new GrpcRefusal({ code: status.ALREADY_EXISTS, reason, message });
const wrongState = (reason: Refusal, message: string) => () =>
  new GrpcRefusal({ code: status.FAILED_PRECONDITION, reason, message });
const unavailable = (reason: Refusal, message: string) => () =>
  new GrpcRefusal({ code: status.UNAVAILABLE, reason, message, retryAfterMs });

/** Total map: a new refusal breaks the compile until it is mapped. */
const refusals: Readonly<Record<Refusal, (refused: Refused) => GrpcRefusal>> = {
  invalid_request: ({ violations }) => invalidRequest(violations),
  idempotency_key_reused: idempotencyKeyReused,
  merchant_not_found: () => notFound('merchant'),
  order_not_found: () => notFound('order'),
  payment_not_found: () => notFound('payment'),
  document_taken: conflict('document_taken', 'the bank has a customer with this document'),
  email_taken: conflict('email_taken', 'the bank has a customer with this e-mail address'),
  sku_taken: conflict('sku_taken', 'the shop has a product with this sku'),
  order_already_paid: wrongState('order_already_paid', 'the order is paid'),
  order_payment_in_progress: wrongState('order_payment_in_progress', 'another payment of the order is under way'),
  payment_not_refundable: wrongState('payment_not_refundable', 'only a paid payment can be refunded'),
  refund_above_captured: wrongState('refund_above_captured', 'more than is left of the payment'),
  refund_refused: ({ cause = '' }) =>
    new GrpcRefusal({
      code: status.FAILED_PRECONDITION,
      reason: 'refund_refused',
      message: 'the bank refused the refund',
      metadata: { cause },
    }),
  account_unavailable: unavailable('account_unavailable', 'the account service is out of reach'),
  transaction_unavailable: unavailable('transaction_unavailable', 'the bank core is out of reach'),
};

export function toGrpcRefusal(refused: Refused): GrpcRefusal {
  return refusals[refused.refusal](refused);
}
