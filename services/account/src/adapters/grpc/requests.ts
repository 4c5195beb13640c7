import {
  AccountStatus as AccountStatusMessage,
  AccountType as AccountTypeMessage,
} from '@ipe/contracts/gen/bank/account/v1/account';
import { cents } from '@ipe/money/cents';
import { caller, entityId, idempotencyKey, optionalEntityId, pageSize, plainText } from '@ipe/service-kit/grpc-request';
import { z } from 'zod';
import { accountStatuses, accountTypes, nameOf } from '../protobuf/messages.ts';

const write = { caller, idempotencyKey };

/** Zero, or less than a hundred billion reais. */
const limitCents = z
  .bigint()
  .min(0n, 'must not be negative')
  .max(9_999_999_999_999n, 'must be at most 9999999999999 cents')
  .transform(cents);

const typeRule = 'must be CURRENT, CREDIT_CARD or MERCHANT';
const accountType = z.enum(AccountTypeMessage, typeRule).transform((number, context) => {
  const name = nameOf(accountTypes, number);
  if (name) return name;
  context.addIssue(typeRule);
  return z.NEVER;
});

const statusRule = 'must be ACTIVE, FROZEN, FROZEN_FOR_CREDIT, FROZEN_FOR_ALL or CLOSED';
const accountStatus = z.enum(AccountStatusMessage, statusRule).transform((number, context) => {
  const name = nameOf(accountStatuses, number);
  if (name) return name;
  context.addIssue(statusRule);
  return z.NEVER;
});

export const createCustomer = z.object({
  ...write,
  name: plainText(2, 120),
  // Their meaning is a rule of its own; here only what no rule needs to read.
  document: z.string().min(1, 'must not be empty').max(32, 'must have at most 32 characters'),
  email: z.string().min(1, 'must not be empty').max(320, 'must have at most 320 characters'),
});

export const getCustomer = z.object({ customerId: entityId });

export const openAccount = z.object({ ...write, customerId: entityId, type: accountType, limitCents });

export const getAccount = z.object({ accountId: entityId, customerId: optionalEntityId });

export const listAccounts = z.object({ customerId: entityId, pageSize, pageToken: z.string().max(512) });

export const changeAccountStatus = z.object({
  ...write,
  accountId: entityId,
  customerId: optionalEntityId,
  status: accountStatus,
});

export const changeCreditLimit = z.object({ ...write, accountId: entityId, limitCents });

/** What a page token holds: the last account's `<since>#<id>`. */
export const pageCursor = z.object({ after: z.string().regex(/^\d{4}-[0-9T:.-]{10,22}Z#[A-Za-z0-9_]{1,64}$/) });
