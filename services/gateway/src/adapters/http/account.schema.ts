import {
  type Account,
  AccountStatus,
  AccountType,
  type Balance,
  type Customer,
} from '@ipe/contracts/gen/bank/account/v1/account';
import {
  type Balance as LedgerBalance,
  AccountStatus as LedgerStatus,
} from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { z } from 'zod';
import * as field from './fields.ts';
import { money, someWordsOf, timestamp, told, wordsOf } from './view.ts';

export const accountTypes = wordsOf(AccountType, 'ACCOUNT_TYPE', ['current', 'credit_card', 'merchant']);
const statuses = ['active', 'frozen', 'frozen_for_credit', 'frozen_for_all', 'closed'] as const;
export const accountStatuses = wordsOf(AccountStatus, 'ACCOUNT_STATUS', statuses);
const ledgerStatuses = wordsOf(LedgerStatus, 'ACCOUNT_STATUS', statuses);
/** What a customer may make of an own account. */
const ownStatuses = someWordsOf(AccountStatus, 'ACCOUNT_STATUS', ['active', 'frozen', 'closed']);

export const signUpBody = z
  .strictObject({
    name: field.text(2, 120, 'Ana Souza'),
    document: field.text(11, 18, '390.533.447-05').meta({ description: 'CPF or CNPJ, with or without punctuation' }),
    email: z
      .email('must be an e-mail address')
      .max(254)
      .meta({ examples: ['ana@example.com'] }),
    password: field.text(10, 128, 'a long phrase of yours'),
  })
  .meta({ id: 'SignUp' });
export type SignUpBody = z.output<typeof signUpBody>;

export const openAccountBody = z
  .strictObject({ type: z.literal('current', { error: 'must be current' }) })
  .meta({ id: 'OpenAccount' });

export const changeOwnStatusBody = z.strictObject({ status: ownStatuses.schema }).meta({ id: 'ChangeAccountStatus' });
export type ChangeOwnStatusBody = z.output<typeof changeOwnStatusBody>;

export const changeStatusBody = z
  .strictObject({
    status: accountStatuses.schema.meta({
      description:
        'frozen: no debit leaves; frozen_for_credit: no credit arrives; frozen_for_all: neither. What was authorised ' +
        'before a freeze of debits can still be captured',
    }),
  })
  .meta({ id: 'ChangeAnyAccountStatus' });
export type ChangeStatusBody = z.output<typeof changeStatusBody>;

export const changeLimitBody = z.strictObject({ limit: field.money }).meta({ id: 'ChangeCreditLimit' });
export type ChangeLimitBody = z.output<typeof changeLimitBody>;

export const accountPath = field.pathId('accountId');
export type AccountPath = z.output<typeof accountPath>;
export const customerPath = field.pathId('customerId');
export type CustomerPath = z.output<typeof customerPath>;

export const customerAnswer = z
  .object({
    customerId: field.id('cus_4kX9'),
    name: z.string().meta({ examples: ['Ana Souza'] }),
    document: z.string().meta({ examples: ['39053344705'] }),
    email: z.string().meta({ examples: ['ana@example.com'] }),
    createdAt: field.at,
  })
  .meta({ id: 'Customer' });

const balanceFields = {
  posted: field.amount,
  held: field.amount,
  limit: field.amount,
  available: field.amount.meta({ description: 'posted - held + limit' }),
};

export const accountAnswer = z
  .object({
    accountId: field.id('acc_8pZ3kQ'),
    customerId: field.id('cus_4kX9'),
    type: accountTypes.schema,
    branch: z.string().meta({ examples: ['0001'] }),
    number: z.string().meta({ examples: ['1234567'] }),
    checkDigit: z.string().meta({ examples: ['4'] }),
    status: accountStatuses.schema,
    currency: field.brl,
    balance: z
      .object({ ...balanceFields, updatedAt: field.at.optional() })
      .meta({ description: "As the ledger's events told it; milliseconds old" }),
    createdAt: field.at,
  })
  .meta({ id: 'Account' });

export const balanceAnswer = z
  .object({
    accountId: field.id('acc_8pZ3kQ'),
    ...balanceFields,
    currency: field.anyCurrency,
    status: ledgerStatuses.schema,
    sequence: z.int().meta({ description: 'How many entries the account has' }),
  })
  .meta({ id: 'Balance' });

export const signUpAnswer = z.object({ customer: customerAnswer, account: accountAnswer }).meta({ id: 'SignedUp' });
export const accountsAnswer = field.pageOf(accountAnswer).meta({ id: 'Accounts' });

export type CustomerAnswer = z.output<typeof customerAnswer>;
export type AccountAnswer = z.output<typeof accountAnswer>;
export type BalanceAnswer = z.output<typeof balanceAnswer>;

export function viewCustomer({ customerId, name, document, email, createdAt }: Customer): CustomerAnswer {
  return { customerId, name, document, email, createdAt: timestamp(createdAt) };
}

export function viewAccount(account: Account): AccountAnswer {
  const { accountId, customerId, branch, number, checkDigit } = account;
  return {
    accountId,
    customerId,
    type: accountTypes.toWord(account.type),
    branch,
    number,
    checkDigit,
    status: accountStatuses.toWord(account.status),
    currency: 'BRL',
    balance: viewProjected(account.balance),
    createdAt: timestamp(account.createdAt),
  };
}

/** An account without an entry yet has an empty balance. */
function viewProjected(balance: Balance | undefined): AccountAnswer['balance'] {
  return {
    posted: money(balance?.postedCents ?? 0n),
    held: money(balance?.heldCents ?? 0n),
    limit: money(balance?.limitCents ?? 0n),
    available: money(balance?.availableCents ?? 0n),
    ...told({ updatedAt: balance?.updatedAt?.toISOString() }),
  };
}

export function viewBalance(balance: LedgerBalance): BalanceAnswer {
  const { accountId, currency } = balance;
  return {
    accountId,
    posted: money(balance.postedCents, currency),
    held: money(balance.heldCents, currency),
    limit: money(balance.limitCents, currency),
    available: money(balance.availableCents, currency),
    currency,
    status: ledgerStatuses.toWord(balance.status),
    sequence: Number(balance.sequence),
  };
}
