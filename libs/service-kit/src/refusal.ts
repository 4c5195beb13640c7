import { status } from '@grpc/grpc-js';

/** A field of the request and the rule that it breaks. `field` is the proto's name: `amount_cents`, `items[0].quantity`. */
export type FieldViolation = { field: string; description: string };

/**
 * A refusal as it crosses a gRPC edge, thrown by handlers and by clients alike.
 * reason: the closed union's member, for programs (`insufficient_funds`); message: for people, without secrets.
 */
export class GrpcRefusal extends Error {
  override name = 'GrpcRefusal';
  readonly code: status;
  readonly reason: string;
  readonly violations: readonly FieldViolation[];
  readonly retryAfterMs: number | undefined;
  readonly metadata: Readonly<Record<string, string>>;

  constructor(refusal: {
    code: status;
    reason: string;
    message: string;
    violations?: readonly FieldViolation[];
    retryAfterMs?: number | undefined;
    metadata?: Readonly<Record<string, string>>;
  }) {
    super(refusal.message);
    this.code = refusal.code;
    this.reason = refusal.reason;
    this.violations = refusal.violations ?? [];
    this.retryAfterMs = refusal.retryAfterMs;
    this.metadata = refusal.metadata ?? {};
  }
}

export function invalidRequest(violations: readonly FieldViolation[]): GrpcRefusal {
  return new GrpcRefusal({
    code: status.INVALID_ARGUMENT,
    reason: 'invalid_request',
    message: violations.map(({ field, description }) => `${field}: ${description}`).join('; '),
    violations,
  });
}

export function notFound(what: string): GrpcRefusal {
  return new GrpcRefusal({ code: status.NOT_FOUND, reason: `${what}_not_found`, message: `no such ${what}` });
}

export function idempotencyKeyReused(): GrpcRefusal {
  return new GrpcRefusal({
    code: status.ALREADY_EXISTS,
    reason: 'idempotency_key_reused',
    message: 'this idempotency key was used with another request',
  });
}
