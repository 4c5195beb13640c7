import { AccountClass, AccountStatus, type Write } from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { cents } from '@ipe/money/cents';
import { caller, entityId, idempotencyKey, plainText, positiveCents } from '@ipe/service-kit/grpc-request';
import { z } from 'zod';
import { parseAsset } from '../../domain/asset.ts';
import { accountClasses, accountStatuses } from '../protobuf/enums.ts';

// What each request must be before the ledger hears of it. Card numbers and CVVs never appear in a message.

const maxCents = 9_999_999_999_999n;

const currency = z
  .string()
  .refine((text) => parseAsset(text) !== undefined, 'must be an ISO 4217 code, or a unit with its scale: PONTOS/0');
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
const description = plainText(0, 140);

const mostPairs = 20;
const mostMetadataBytes = 2_000;
const metadata = z
  .record(z.string().regex(/^[\x21-\x7e]{1,64}$/, 'must be 1 to 64 visible ASCII characters'), plainText(0, 500))
  .refine((pairs) => Object.keys(pairs).length <= mostPairs, `must have at most ${mostPairs} pairs`)
  .refine((pairs) => bytesOf(pairs) <= mostMetadataBytes, `must have at most ${mostMetadataBytes} bytes in all`);

/** What a transaction may carry beside what it moves. */
const annotations = {
  metadata,
  effectiveAt: z
    .date('must be a time')
    .optional()
    .transform((at) => at?.getTime()),
  followsTransactionId: z.union([z.literal(''), transactionId], 'must be the id of a transaction'),
};

function bytesOf(pairs: Readonly<Record<string, string>>): number {
  return Object.entries(pairs).reduce((sum, [name, value]) => sum + name.length + Buffer.byteLength(value), 0);
}

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
    description,
    ...annotations,
  })
  .refine(({ fromAccountId, toAccountId }) => fromAccountId !== toAccountId, {
    path: ['toAccountId'],
    error: 'must not be from_account_id',
  });

const postingLine = z.object({
  accountId: entityId,
  amountCents: z
    .bigint()
    .refine((amount) => amount !== 0n, 'must not be zero')
    .transform(cents),
});

const lines = z
  .array(postingLine)
  .max(50, 'must have at most 50 lines')
  .transform((some) => some.map(({ accountId, amountCents: amount }) => ({ accountId, amount })));

export const postSchema = z.object({
  ...key,
  lines: lines.refine((some) => some.length >= 2, 'must have at least 2 lines'),
  description,
  ...annotations,
});

const name = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, 'must be a name such as pix_out');

export const postByTemplateSchema = z.object({
  ...key,
  template: name,
  accounts: z.record(name, entityId),
  amountsCents: z.record(
    name,
    z.bigint().min(0n, 'must not be negative').max(maxCents, `must be at most ${maxCents} cents`),
  ),
  description,
  ...annotations,
});

export const holdSchema = z
  .object({
    ...key,
    fromAccountId: customerAccountId,
    toAccountId: entityId,
    amountCents,
    currency,
    description,
    expiresAt: z.date('must be a time').optional(),
    metadata,
  })
  .refine(({ fromAccountId, toAccountId }) => fromAccountId !== toAccountId, {
    path: ['toAccountId'],
    error: 'must not be from_account_id',
  });

export const incrementSchema = z.object({ ...key, transactionId, amountCents });

export const reverseSchema = z
  .object({ ...key, transactionId, reason: description, amountCents: optionalAmountCents, lines })
  .refine(({ amountCents: amount, lines: some }) => amount === 0n || some.length === 0, {
    path: ['amountCents'],
    error: 'must be 0 when lines are given',
  });

export const getTransactionSchema = z.object({ transactionId });

export const findTransactionSchema = z.object(key);

export const getBalanceSchema = z.object({
  accountId: entityId,
  asOf: z
    .date('must be a time')
    .refine((at) => at.getTime() <= Date.now(), 'must not be in the future')
    .optional(),
});

export const getBalancesSchema = z.object({
  accountIds: z.array(entityId).min(1, 'must have at least one account').max(1_000, 'must have at most 1000 accounts'),
});

const mostWrites = 1_000;

/** Each write is checked by itself, so that one that is wrong costs none of the others. */
export const bulkSchema = z.object({
  writes: z
    .array(z.custom<Write>())
    .min(1, 'must have at least one write')
    .max(mostWrites, `must have at most ${mostWrites} writes`),
  allOrNothing: z.boolean(),
});
