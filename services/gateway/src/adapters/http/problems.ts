import { type Problem, problem } from '@ipe/service-kit/problem';
import { ProblemException } from '@ipe/service-kit/problem.filter';
import type { Refusal } from '../../application/refused.ts';
import type { TokenRefusal } from '../tokens/token-checker.ts';

/** What the HTTP edge refuses before a use case is asked. */
type EdgeRefusal =
  | TokenRefusal
  | 'insufficient_scope'
  | 'customers_only'
  | 'rate_limited'
  | 'idempotency_key_missing'
  | 'idempotency_key_invalid'
  | 'invalid_request'
  | 'malformed_json'
  | 'malformed_request'
  | 'body_too_large'
  | 'unsupported_media_type'
  | 'not_found'
  | 'method_not_allowed'
  | 'payment_failed'
  | 'internal';

export type ProblemCode = EdgeRefusal | Refusal;

type Kind = { status: number; title: string; detail?: string };

const kinds: Readonly<Record<ProblemCode, Kind>> = {
  token_missing: { status: 401, title: 'Unauthenticated', detail: 'send a bearer token in the Authorization header' },
  token_expired: { status: 401, title: 'Unauthenticated', detail: 'the token has expired' },
  token_invalid: { status: 401, title: 'Unauthenticated', detail: 'the token is not one that this bank accepts' },
  auth_unavailable: { status: 503, title: 'Unavailable', detail: "the issuer's keys cannot be read at the moment" },
  insufficient_scope: { status: 403, title: 'Forbidden', detail: 'the token lacks the scope of this operation' },
  customers_only: { status: 403, title: 'Forbidden', detail: "this operation needs a customer's token" },
  rate_limited: { status: 429, title: 'Too many requests' },
  idempotency_key_missing: {
    status: 400,
    title: 'Idempotency key missing',
    detail: 'every write needs an Idempotency-Key header; repeat a write with the same key',
  },
  idempotency_key_invalid: {
    status: 400,
    title: 'Idempotency key invalid',
    detail: 'Idempotency-Key must be 1 to 128 visible ASCII characters',
  },
  invalid_request: { status: 400, title: 'Invalid request' },
  malformed_json: { status: 400, title: 'Malformed JSON' },
  malformed_request: { status: 400, title: 'Malformed request' },
  body_too_large: { status: 413, title: 'Body too large', detail: 'a body has at most 65536 bytes' },
  unsupported_media_type: { status: 415, title: 'Unsupported media type', detail: 'send application/json' },
  not_found: { status: 404, title: 'Not found' },
  method_not_allowed: {
    status: 405,
    title: 'Method not allowed',
    detail: 'this path serves the methods that Allow names',
  },
  payment_failed: {
    status: 502,
    title: 'Payment failed',
    detail: 'the bank was not reached and nothing was charged; pay again with a new Idempotency-Key',
  },
  internal: { status: 500, title: 'Internal error' },
  account_not_found: { status: 404, title: 'Not found', detail: 'no such account' },
  transaction_not_found: { status: 404, title: 'Not found', detail: 'no such transaction' },
  merchant_not_found: { status: 404, title: 'Not found', detail: 'no such merchant' },
  amount_mismatch: { status: 422, title: 'Amount mismatch', detail: "the amount is not the order's total" },
  too_many_accounts: {
    status: 422,
    title: 'Too many accounts',
    detail: 'a stream follows at most 20 accounts; name one with ?accountId=',
  },
  too_many_streams: { status: 429, title: 'Too many streams', detail: 'close one of the open streams first' },
};

export type More = { detail?: string; errors?: Problem['errors']; [extension: string]: unknown };

export function problemOf(code: ProblemCode, more: More = {}): Problem {
  const { status, title, detail } = kinds[code];
  return problem(status, code, title, detail === undefined ? more : { detail, ...more });
}

/** Throw it: the one filter sends it. */
export function refuse(code: ProblemCode, more: More = {}, headers: Record<string, string> = {}): ProblemException {
  return new ProblemException(problemOf(code, more), headers);
}

/** Seconds as Retry-After has them, at least one. */
export function retryAfter(ms: number): { 'retry-after': string } {
  return { 'retry-after': String(Math.max(1, Math.ceil(ms / 1000))) };
}
