import { status } from '@grpc/grpc-js';
import { GrpcRefusal, idempotencyKeyReused, notFound } from '@ipe/service-kit/refusal';
import { mostCurrentAccounts } from '../../domain/opening.ts';
import type { Refusal } from '../../domain/refusal.ts';

const { INVALID_ARGUMENT, ALREADY_EXISTS, FAILED_PRECONDITION, UNAVAILABLE } = status;

/** Total: a new refusal breaks the compile until it is told here. No message holds a document or an address. */
const refusals: Readonly<Record<Refusal, (reason: Refusal) => GrpcRefusal>> = {
  document_invalid: violation('document', 'must be a CPF or CNPJ with right check digits'),
  email_invalid: violation('email', 'must be an e-mail address'),
  document_taken: plain(ALREADY_EXISTS, 'a customer has this document'),
  email_taken: plain(ALREADY_EXISTS, 'a customer has this e-mail address'),
  customer_not_found: () => notFound('customer'),
  account_not_found: () => notFound('account'),
  company_required: plain(FAILED_PRECONDITION, 'only a company (CNPJ) may have a merchant account'),
  limit_not_allowed: violation('limit_cents', 'must be zero unless the account is a credit card’s'),
  too_many_accounts: plain(FAILED_PRECONDITION, `a customer may open ${mostCurrentAccounts} current accounts`),
  not_a_credit_card: plain(FAILED_PRECONDITION, 'only a credit card’s account has a limit'),
  frozen_by_bank: plain(FAILED_PRECONDITION, 'only the bank freezes an account for credits or for all, or lifts that'),
  account_closed: plain(FAILED_PRECONDITION, 'the account is closed for good'),
  account_not_empty: plain(FAILED_PRECONDITION, 'the account has a balance or open holds'),
  limit_in_use: plain(FAILED_PRECONDITION, 'more than this limit is owed or held already'),
  idempotency_key_reused: () => idempotencyKeyReused(),
  transaction_unavailable: (reason) =>
    new GrpcRefusal({ code: UNAVAILABLE, reason, message: 'the ledger does not answer', retryAfterMs: 1_000 }),
};

export function refusalStatus(refusal: Refusal): GrpcRefusal {
  return refusals[refusal](refusal);
}

function plain(code: status, message: string) {
  return (reason: Refusal): GrpcRefusal => new GrpcRefusal({ code, reason, message });
}

function violation(field: string, description: string) {
  return (reason: Refusal): GrpcRefusal =>
    new GrpcRefusal({
      code: INVALID_ARGUMENT,
      reason,
      message: `${field}: ${description}`,
      violations: [{ field, description }],
    });
}
