import { LineKind as LineKindMessage } from '@ipe/contracts/gen/bank/statement/v1/statement';
import { entityId, pageSize } from '@ipe/service-kit/grpc-request';
import { z } from 'zod';
import type { Place } from '../../application/list-lines.ts';
import { kindOf } from './messages.ts';

const lastInstant = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const firstInstant = Date.parse('0001-01-01T00:00:00Z');

/** A proto timestamp may lie outside of what its own rules allow. */
const instant = z
  .custom<Date>((value) => value instanceof Date, 'must be a time')
  .refine(
    (value) => value.getTime() >= firstInstant && value.getTime() <= lastInstant,
    'must be a time of the years 1 to 9999',
  )
  .optional();

const kindRule = 'must be a kind of line';
const lineKind = z.enum(LineKindMessage, kindRule).transform((number, context) => {
  const kind = kindOf(number);
  if (kind) return kind;
  context.addIssue(kindRule);
  return z.NEVER;
});

export const listLines = z
  .object({
    accountId: entityId,
    from: instant,
    until: instant,
    kinds: z
      .array(lineKind)
      .max(20, 'must have at most 20 kinds')
      .transform((kinds) => new Set(kinds)),
    pageSize,
    pageToken: z.string().max(1_024, 'must have at most 1024 characters'),
  })
  .refine(({ from, until }) => !from || !until || from <= until, {
    path: ['until'],
    error: 'must not be before from',
  });

export const getPosition = z.object({ accountId: entityId });

export const watchLines = z.object({
  accounts: z
    .array(z.object({ accountId: entityId, afterSequence: z.bigint().min(0n, 'must be zero or more').optional() }))
    .min(1, 'must name an account')
    .max(20, 'must name at most 20 accounts')
    .refine((accounts) => new Set(accounts.map(({ accountId }) => accountId)).size === accounts.length, {
      error: 'must not name an account twice',
    }),
});

const sequence = z
  .string()
  .regex(/^\d{1,19}$/)
  .transform(BigInt);

/** What a page token holds: where the page before ended. */
export const pageCursor = z
  .strictObject({ asOf: sequence.optional(), before: sequence })
  .transform(
    ({ asOf, before }): Place =>
      asOf === undefined ? { among: 'settled', before } : { among: 'pending', asOf, before },
  );
