import { parseDocument } from '@ipe/brazil/document';
import { PaymentStatus } from '@ipe/contracts/gen/bank/checkout/v1/checkout';
import { type Cents, cents } from '@ipe/money/cents';
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
import type * as payments from '../../domain/payment.ts';
import { paymentStatuses } from './messages.ts';

const write = { caller, idempotencyKey };
const page = { pageSize, pageToken: z.string().max(2_000, 'must be a token from the page before') };
const price = positiveCents.transform((value): Cents => cents(value));
const reader = { customerId: optionalEntityId, merchantId: optionalEntityId };

const cnpj = z.string().transform((text, context) => {
  const document = text.length <= 40 ? parseDocument(text) : undefined;
  if (document?.kind === 'cnpj') return document.value;
  context.addIssue({ code: 'custom', message: 'must be a valid CNPJ' });
  return z.NEVER;
});

export const createMerchantSchema = z.object({
  ...write,
  name: plainText(2, 60),
  document: cnpj,
  email: z.email('must be an e-mail address').max(254, 'must have at most 254 characters'),
  mcc: z.string().regex(/^\d{4}$/, 'must be four digits'),
});

export const merchantSchema = z.object({ merchantId: entityId });
export const listMerchantsSchema = z.object(page);
export const listProductsSchema = z.object({ merchantId: entityId, ...page });

export const createProductSchema = z.object({
  ...write,
  merchantId: entityId,
  sku: plainText(1, 40),
  name: plainText(1, 120),
  priceCents: price,
});

const line = z.object({
  productId: entityId,
  quantity: z.int().min(1, 'must be 1 to 1000').max(1000, 'must be 1 to 1000'),
});

export const createOrderSchema = z.object({
  ...write,
  customerId: entityId,
  merchantId: entityId,
  items: z
    .array(line)
    .min(1, 'must have 1 to 50 lines')
    .max(50, 'must have 1 to 50 lines')
    .refine((items) => new Set(items.map(({ productId }) => productId)).size === items.length, {
      message: 'must name each product once',
    }),
});

export const orderSchema = z.object({ orderId: entityId, ...reader });
export const listOrdersSchema = z.object({ customerId: entityId, ...page });

/** Messages never repeat what was sent: it is card data. */
const card = z.object(
  {
    number: z.string().regex(/^\d{13,19}$/, 'must be 13 to 19 digits'),
    expiryMonth: z.int().min(1, 'must be 1 to 12').max(12, 'must be 1 to 12'),
    expiryYear: z.int().min(1000, 'must be four digits').max(9999, 'must be four digits'),
    cvv: z.string().regex(/^\d{3,4}$/, 'must be three or four digits'),
  },
  'must be given',
);

export const payOrderSchema = z.object({
  ...write,
  orderId: entityId,
  customerId: entityId,
  card,
  installments: z
    .int()
    .min(0, 'must be 1 to 12')
    .max(12, 'must be 1 to 12')
    .transform((count) => count || 1),
});

export const paymentSchema = z.object({ paymentId: entityId, ...reader });

const statusByCode = new Map(
  Object.entries(paymentStatuses).map(([status, code]) => [code, status as payments.PaymentStatus]),
);
const statusFilter = z
  .number()
  .refine((code) => code === PaymentStatus.PAYMENT_STATUS_UNSPECIFIED || statusByCode.has(code), {
    message: 'must be a known status',
  })
  .transform((code) => statusByCode.get(code));

export const listPaymentsSchema = z.object({ merchantId: entityId, ...page, status: statusFilter });

export const refundPaymentSchema = z.object({
  ...write,
  paymentId: entityId,
  merchantId: entityId,
  amountCents: z
    .union([z.literal(0n), positiveCents], 'must be zero for all that is left, or more')
    .transform((value): Cents => cents(value)),
});
