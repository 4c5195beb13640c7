/** A field of the request, named as the proto names it, and the rule that it breaks. */
export type Violation = { field: string; description: string };

/** Everything that this service refuses. The gRPC edge maps each one; adding one breaks the compile until it is mapped. */
export type Refusal =
  | 'invalid_request'
  | 'idempotency_key_reused'
  | 'merchant_not_found'
  | 'order_not_found'
  | 'payment_not_found'
  | 'document_taken'
  | 'email_taken'
  | 'sku_taken'
  | 'order_already_paid'
  | 'order_payment_in_progress'
  | 'payment_not_refundable'
  | 'refund_above_captured'
  | 'refund_refused'
  | 'account_unavailable'
  | 'transaction_unavailable';

/** violations: only with `invalid_request`. cause: the neighbour's own code, where a neighbour refused. */
export type Refused = { kind: 'refused'; refusal: Refusal; violations: readonly Violation[]; cause?: string };

export function refused(refusal: Refusal, violations: readonly Violation[] = []): Refused {
  return { kind: 'refused', refusal, violations };
}
