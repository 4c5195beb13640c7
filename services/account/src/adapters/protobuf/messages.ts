import {
  type Account as AccountMessage,
  AccountStatus as AccountStatusMessage,
  AccountType as AccountTypeMessage,
  type Customer as CustomerMessage,
} from '@ipe/contracts/gen/bank/account/v1/account';
import { cents } from '@ipe/money/cents';
import type { AccountStatus, AccountType, AccountView } from '../../domain/account.ts';
import type { Customer } from '../../domain/customer.ts';

export const accountTypes: Readonly<Record<AccountType, AccountTypeMessage>> = {
  CURRENT: AccountTypeMessage.ACCOUNT_TYPE_CURRENT,
  CREDIT_CARD: AccountTypeMessage.ACCOUNT_TYPE_CREDIT_CARD,
  MERCHANT: AccountTypeMessage.ACCOUNT_TYPE_MERCHANT,
};

export const accountStatuses: Readonly<Record<AccountStatus, AccountStatusMessage>> = {
  ACTIVE: AccountStatusMessage.ACCOUNT_STATUS_ACTIVE,
  FROZEN: AccountStatusMessage.ACCOUNT_STATUS_FROZEN,
  FROZEN_FOR_CREDIT: AccountStatusMessage.ACCOUNT_STATUS_FROZEN_FOR_CREDIT,
  FROZEN_FOR_ALL: AccountStatusMessage.ACCOUNT_STATUS_FROZEN_FOR_ALL,
  CLOSED: AccountStatusMessage.ACCOUNT_STATUS_CLOSED,
};

/** The name of an enum's number; undefined for UNSPECIFIED and for what this version does not know. */
export function nameOf<Name extends string>(numbers: Readonly<Record<Name, number>>, wanted: number): Name | undefined {
  const names = Object.keys(numbers) as Name[];
  return names.find((name) => numbers[name] === wanted);
}

export function customerMessage(customer: Customer): CustomerMessage {
  return { ...customer };
}

export function accountMessage({ balance, ...account }: AccountView): AccountMessage {
  const { accountId, customerId, branch, number, checkDigit, createdAt } = account;
  return {
    accountId,
    customerId,
    type: accountTypes[account.type],
    branch,
    number,
    checkDigit,
    status: accountStatuses[balance.status],
    balance: {
      postedCents: balance.posted,
      heldCents: balance.held,
      limitCents: balance.limit,
      availableCents: balance.available,
      sequence: balance.sequence,
      updatedAt: balance.bookedAt,
    },
    createdAt,
  };
}

/** A customer as an earlier answer kept it. */
export function customerFrom({ customerId, name, document, email, createdAt }: CustomerMessage): Customer {
  if (!createdAt) throw new Error('a kept answer has no time');
  return { customerId, name, document, email, createdAt };
}

/** An account as an earlier answer kept it. */
export function accountFrom(message: AccountMessage): AccountView {
  const { accountId, customerId, branch, number, checkDigit, createdAt, balance } = message;
  const type = nameOf(accountTypes, message.type);
  const status = nameOf(accountStatuses, message.status);
  if (!createdAt || !balance || !type || !status) throw new Error('a kept answer is not whole');
  return {
    accountId,
    customerId,
    type,
    branch,
    number,
    checkDigit,
    createdAt,
    balance: {
      posted: cents(balance.postedCents),
      held: cents(balance.heldCents),
      limit: cents(balance.limitCents),
      available: cents(balance.availableCents),
      status,
      sequence: balance.sequence,
      bookedAt: balance.updatedAt,
    },
  };
}
