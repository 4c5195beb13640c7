/** Everything that this service refuses, beside requests that are malformed. */
export type Refusal =
  | 'document_invalid'
  | 'email_invalid'
  | 'document_taken'
  | 'email_taken'
  | 'customer_not_found'
  | 'account_not_found'
  | 'company_required'
  | 'limit_not_allowed'
  | 'too_many_accounts'
  | 'not_a_credit_card'
  | 'frozen_by_bank'
  | LedgerRefusal;

/** What the ledger may answer to an opening or a change. */
export type LedgerRefusal =
  | 'account_closed'
  | 'account_not_empty'
  | 'limit_in_use'
  | 'idempotency_key_reused'
  | 'transaction_unavailable';
