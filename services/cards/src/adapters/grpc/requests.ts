import { cents } from '@ipe/money/cents';
import {
  caller,
  entityId,
  idempotencyKey,
  optionalEntityId,
  pageSize,
  plainText,
  positiveCents,
} from '@ipe/service-kit/grpc-request';
import { z } from 'zod';
import { blockReasonOf } from './card-message.ts';

// No message here repeats a value: it may be a card number.
const month = z.int().min(1, 'must be 1 to 12').max(12, 'must be 1 to 12');
const year = z.int().min(1000, 'must have four digits').max(9999, 'must have four digits');

const blockReason = z.int().transform((message, context) => {
  const reason = blockReasonOf(message);
  if (reason) return reason;
  context.addIssue({ code: 'custom', message: 'must be a reason' });
  return z.NEVER;
});

export const issueCardRequest = z.object({
  caller,
  idempotencyKey,
  customerId: entityId,
  holderName: plainText(2, 26),
  limitCents: positiveCents.transform(cents),
  expiresAt: z.date('must be a time').optional(),
});

export const getCardRequest = z.object({ cardId: entityId, customerId: optionalEntityId });

export const listCardsRequest = z.object({ customerId: entityId, pageSize, pageToken: z.string() });

export const revealCardRequest = z.object({ cardId: entityId, customerId: entityId });

export const blockCardRequest = z.object({
  caller,
  idempotencyKey,
  cardId: entityId,
  customerId: optionalEntityId,
  reason: blockReason,
});

export const unblockCardRequest = z.object({
  caller,
  idempotencyKey,
  cardId: entityId,
  customerId: optionalEntityId,
});

export const verifyCardRequest = z.object({
  number: z.string().regex(/^\d{13,19}$/, 'must be 13 to 19 digits'),
  expiryMonth: month,
  expiryYear: year,
  cvv: z.string().regex(/^\d{3,4}$/, 'must be three or four digits'),
});

export const verifyCardsRequest = z.object({
  cards: z.array(verifyCardRequest).min(1, 'must have at least 1').max(100, 'must have at most 100'),
});
