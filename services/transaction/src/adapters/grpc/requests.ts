import { AccountClass, AccountStatus } from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { cents } from '@ipe/money/cents';
import { caller, entityId, idempotencyKey, plainText, positiveCents } from '@ipe/service-kit/grpc-request';
import { z } from 'zod';
import { accountClasses, accountStatuses } from '../protobuf/enums.ts';

// What each request must be before the ledger hears of it. Card numbers and CVVs never appear in a message.

const maxCents = 9_999_999_999_999n;

const currency = z.string().refine((code) => code === 'BRL', 'must be BRL');
const amountCents = positiveCents.transform(cents);
const limitCents = z
  .bigint()
  .min(0n, 'must not be negative')
  .max(maxCents, `must be at most ${maxCents} cents`)
  .transform(cents);
/** 0 stands for all that there is. */
const optionalAmountCents = limitCents;

/** The bank's own accounts are opened and changed by the bank itself, and sell nothing. */
const customerAccountId = entityId.refine((id) => !id.startsWith('system:'), 'must not begin with "system:"');
const transactionId = entityId;
const key = { caller, idempotencyKey };

const card = z.object(
  {
    number: z.string().regex(/^\d{13,19}$/, 'must be 13 to 19 digits'),
    expiryMonth: z.int().min(1, 'must be 1 to 12').max(12, 'must be 1 to 12'),
    expiryYear: z.int().min(1000, 'must have four digits').max(9999, 'must have four digits'),
    cvv: z.string().regex(/^\d{3,4}$/, 'must be three or four digits'),
  },
  'must be given',
);

const merchant = z.object(
  {
    merchantId: entityId,
    accountId: customerAccountId,
    name: plainText(1, 60),
    mcc: z.string().regex(/^\d{4}$/, 'must be four digits'),
  },
  'must be given',
);

export const openAccountSchema = z.object({
  ...key,
  accountId: customerAccountId,
  accountClass: z
    .enum(AccountClass, 'must be a class of accounts')
    .refine((value) => accountClasses.has(value), 'must be a class of accounts')
    .transform((value) => accountClasses.fromMessage(value)),
  currency,
  limitCents,
});

export const changeAccountSchema = z
  .object({
    ...key,
    accountId: customerAccountId,
    limitCents: limitCents.optional(),
    status: z
      .enum(AccountStatus, 'must be a status of accounts')
      .refine((value) => value === AccountStatus.ACCOUNT_STATUS_UNSPECIFIED || accountStatuses.has(value), {
        error: 'must be a status of accounts',
      })
      .transform((value) => (accountStatuses.has(value) ? accountStatuses.fromMessage(value) : undefined)),
  })
  .refine(({ limitCents: limit, status }) => limit !== undefined || status !== undefined, {
    path: ['status'],
    error: 'must be given, or limit_cents',
  });

export const authorizeSchema = z.object({
  ...key,
  card,
  merchant,
  amountCents,
  currency,
  installments: z
    .int()
    .min(0, 'must be 1 to 12')
    .max(12, 'must be 1 to 12')
    .transform((count) => count || 1),
  orderId: z.union([z.literal(''), entityId], 'must be 1 to 64 of A-Z a-z 0-9 . _ : -'),
  expiresAt: z.date('must be a time').optional(),
});

export const captureSchema = z.object({ ...key, transactionId, amountCents: optionalAmountCents, final: z.boolean() });

export const voidSchema = z.object({ ...key, transactionId });

export const cancelSchema = z.object({ caller, authorizationKey: idempotencyKey });

export const refundSchema = z.object({ ...key, transactionId, amountCents: optionalAmountCents });

export const transferSchema = z
  .object({
    ...key,
    fromAccountId: entityId,
    toAccountId: entityId,
    amountCents,
    currency,
    description: plainText(0, 140),
  })
  .refine(({ fromAccountId, toAccountId }) => fromAccountId !== toAccountId, {
    path: ['toAccountId'],
    error: 'must not be from_account_id',
  });

export const reverseSchema = z.object({ ...key, transactionId, reason: plainText(0, 140) });

export const getTransactionSchema = z.object({ transactionId });

export const findTransactionSchema = z.object(key);

export const getBalanceSchema = z.object({ accountId: entityId });
