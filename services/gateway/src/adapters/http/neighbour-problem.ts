import { status } from '@grpc/grpc-js';
import { problem } from '@ipe/service-kit/problem';
import { ProblemException } from '@ipe/service-kit/problem.filter';
import type { FieldViolation, GrpcRefusal } from '@ipe/service-kit/refusal';
import { retryAfter } from './problems.ts';

type Kind = { status: number; title: string };

const failed: Kind = { status: 502, title: 'A service failed' };

/** Every status that a service may answer. Their reasons are theirs, and become the problem's code. */
const kinds: Readonly<Record<status, Kind>> = {
  [status.OK]: failed,
  [status.CANCELLED]: { status: 503, title: 'Unavailable' },
  [status.UNKNOWN]: failed,
  [status.INVALID_ARGUMENT]: { status: 400, title: 'Invalid request' },
  [status.DEADLINE_EXCEEDED]: { status: 503, title: 'Unavailable' },
  [status.NOT_FOUND]: { status: 404, title: 'Not found' },
  [status.ALREADY_EXISTS]: { status: 409, title: 'Conflict' },
  [status.PERMISSION_DENIED]: { status: 403, title: 'Forbidden' },
  [status.RESOURCE_EXHAUSTED]: { status: 429, title: 'Too many requests' },
  [status.FAILED_PRECONDITION]: { status: 409, title: 'Conflict' },
  [status.ABORTED]: { status: 409, title: 'Conflict' },
  [status.OUT_OF_RANGE]: { status: 400, title: 'Invalid request' },
  [status.UNIMPLEMENTED]: failed,
  [status.INTERNAL]: failed,
  [status.UNAVAILABLE]: { status: 503, title: 'Unavailable' },
  [status.DATA_LOSS]: failed,
  [status.UNAUTHENTICATED]: failed,
};

/** Refusals about money and limits: the request is fine, and no state stands against it, but the sums do. */
const unprocessable: ReadonlySet<string> = new Set([
  'insufficient_funds',
  'limit_above_policy',
  'limit_in_use',
  'balance_too_large',
  'refund_above_captured',
  'amount_exceeds_captured',
  'amount_exceeds_held',
]);

/** The fields that this API names otherwise than the contracts do. */
const renamed: Readonly<Record<string, string>> = {
  page_token: 'cursor',
  page_size: 'limit',
  idempotency_key: 'Idempotency-Key',
  kinds: 'kind',
};

/** A neighbour's refusal as problem+json. What it says about a bug of its own stays inside. */
export function neighbourProblem(refusal: GrpcRefusal): ProblemException {
  const { status: httpStatus, title } = unprocessable.has(refusal.reason)
    ? { status: 422, title: 'Unprocessable' }
    : (kinds[refusal.code] ?? failed);
  const headers = httpStatus === 503 || httpStatus === 429 ? retryAfter(refusal.retryAfterMs ?? 1_000) : {};
  if (httpStatus === failed.status) return new ProblemException(problem(502, 'service_failed', title), headers);
  const errors = refusal.violations.map(toError);
  return new ProblemException(
    problem(httpStatus, refusal.reason, title, {
      ...(errors.length > 0 ? { errors } : { detail: refusal.message }),
    }),
    headers,
  );
}

function toError({ field, description }: FieldViolation): { field: string; rule: string } {
  const parts = field.split('.').map((part) => {
    const [name = '', index] = part.split(/(?=\[)/);
    const bare = name.replace(/_cents$/, '');
    return (renamed[name] ?? bare.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())) + (index ?? '');
  });
  return { field: parts.join('.'), rule: description };
}
