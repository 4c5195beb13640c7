/**
 * Why the ledger refuses a command. A refusal leaves nothing behind: no record, no entry, and its idempotency key
 * stays free. (A declined purchase is no refusal: it is an answer, and is journaled.)
 */
export type Refusal =
  | 'account_exists'
  | 'account_not_found'
  | 'account_closed'
  | 'account_frozen'
  | 'account_not_empty'
  | 'limit_in_use'
  | 'insufficient_funds'
  | 'balance_too_large'
  | 'same_account'
  | 'currency_mismatch'
  | 'expiry_out_of_range'
  | 'transaction_not_found'
  | 'not_a_purchase'
  | 'not_a_transfer'
  | 'nothing_held'
  | 'amount_exceeds_held'
  | 'authorization_expired'
  | 'nothing_to_refund'
  | 'amount_exceeds_captured'
  | 'already_reversed'
  | 'idempotency_key_reused';
