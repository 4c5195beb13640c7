import type { TemporaryExpiryRefusal } from './expiry.ts';
import type { StatusRefusal } from './status-change.ts';

/** Everything that this service refuses, beside requests that are malformed. */
export type Refusal =
  | StatusRefusal
  | TemporaryExpiryRefusal
  | 'limit_above_policy'
  | 'card_not_found'
  | 'customer_not_found'
  | 'account_unavailable'
  | 'idempotency_key_reused';
