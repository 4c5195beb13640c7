import type { Cents } from '@ipe/money/cents';
import type { AccountType } from './account.ts';
import { type Customer, isCompany } from './customer.ts';

/** Current accounts that a customer may ever open, closed ones counted. Cards and merchant accounts have no bound here. */
export const mostCurrentAccounts = 5;

export type OpeningRefusal = 'limit_not_allowed' | 'company_required' | 'too_many_accounts';

/** Why this customer may not open that account; undefined when nothing stands against it. */
export function refuseOpening(
  customer: Pick<Customer, 'document'>,
  wanted: { type: AccountType; limit: Cents },
  currentAccounts: number,
): OpeningRefusal | undefined {
  if (wanted.type !== 'CREDIT_CARD' && wanted.limit !== 0n) return 'limit_not_allowed';
  if (wanted.type === 'MERCHANT' && !isCompany(customer)) return 'company_required';
  if (wanted.type === 'CURRENT' && currentAccounts >= mostCurrentAccounts) return 'too_many_accounts';
  return undefined;
}
