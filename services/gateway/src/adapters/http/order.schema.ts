import { type Order, OrderStatus, type Payment, PaymentStatus } from '@ipe/contracts/gen/bank/checkout/v1/checkout';
import { entityId } from '@ipe/service-kit/grpc-request';
import { z } from 'zod';
import * as field from './fields.ts';
import { money, timestamp, told, wordsOf } from './view.ts';

const orderStatuses = wordsOf(OrderStatus, 'ORDER_STATUS', ['created', 'paying', 'paid', 'refunded']);
export const paymentStatuses = wordsOf(PaymentStatus, 'PAYMENT_STATUS', [
  'pending',
  'authorized',
  'paid',
  'declined',
  'failed',
  'partially_refunded',
  'refunded',
]);

const orderItem = z
  .strictObject({
    productId: entityId.meta({ examples: ['prd_3d'] }),
    quantity: z.int('must be a whole number').min(1, 'must be 1 to 1000').max(1_000, 'must be 1 to 1000'),
  })
  .meta({ id: 'OrderItem' });

export const createOrderBody = z
  .strictObject({
    merchantId: entityId.meta({ examples: ['mer_7b'] }),
    items: z.array(orderItem).min(1, 'must have at least one item').max(50, 'must have at most 50 items'),
  })
  .meta({ id: 'CreateOrder' });
export type CreateOrderBody = z.output<typeof createOrderBody>;

const digits = (min: number, max: number, example: string) =>
  z
    .string()
    .regex(new RegExp(`^\\d{${min},${max}}$`), `must be ${min} to ${max} digits`)
    .meta({ examples: [example] });

const cardCredentials = z
  .strictObject({
    number: digits(13, 19, '6505160000000009'),
    expiryMonth: z.int('must be a whole number').min(1, 'must be 1 to 12').max(12, 'must be 1 to 12'),
    expiryYear: z.int('must be a whole number').min(2000, 'must have four digits').max(2099, 'must have four digits'),
    cvv: digits(3, 4, '123'),
  })
  .meta({ id: 'CardCredentials' });

export const payOrderBody = z
  .strictObject({
    card: cardCredentials,
    installments: z.int('must be a whole number').min(1, 'must be 1 to 12').max(12, 'must be 1 to 12').default(1),
    currency: field.currency.optional(),
    amount: field.positiveMoney.optional().meta({ description: "When given, it must be the order's total" }),
  })
  .meta({ id: 'PayOrder' });
export type PayOrderBody = z.output<typeof payOrderBody>;

export const refundBody = z
  .strictObject({ amount: field.positiveMoney.optional().meta({ description: 'Absent: all that is left' }) })
  .meta({ id: 'Refund' });
export type RefundBody = z.output<typeof refundBody>;

export const paymentsQuery = z.strictObject({ ...field.pageQuery, status: paymentStatuses.schema.optional() });
export type PaymentsQuery = z.output<typeof paymentsQuery>;

export const orderPath = field.pathId('orderId');
export type OrderPath = z.output<typeof orderPath>;
export const paymentPath = field.pathId('paymentId');
export type PaymentPath = z.output<typeof paymentPath>;

export const orderAnswer = z
  .object({
    orderId: field.id('ord_9c'),
    customerId: field.id('cus_4kX9'),
    merchantId: field.id('mer_7b'),
    items: z.array(
      z.object({ productId: field.id('prd_3d'), name: z.string(), price: field.amount, quantity: z.int() }),
    ),
    total: field.amount,
    currency: field.brl,
    status: orderStatuses.schema,
    paymentId: z.string().optional().meta({ description: 'The payment that paid it, or the last one tried' }),
    createdAt: field.at,
  })
  .meta({ id: 'Order' });
export type OrderAnswer = z.output<typeof orderAnswer>;
export const ordersAnswer = field.pageOf(orderAnswer).meta({ id: 'Orders' });

export const paymentAnswer = z
  .object({
    paymentId: field.id('pay_5e'),
    orderId: field.id('ord_9c'),
    merchantId: field.id('mer_7b'),
    customerId: field.id('cus_4kX9'),
    amount: field.amount,
    refunded: field.amount,
    currency: field.brl,
    installments: z.int(),
    status: paymentStatuses.schema,
    transactionId: z.string().optional(),
    authorizationCode: z
      .string()
      .optional()
      .meta({ examples: ['A1B2C3'] }),
    declineReason: z.string().optional(),
    responseCode: z
      .string()
      .optional()
      .meta({ description: 'ABECS / ISO 8583 field 39', examples: ['00'] }),
    cardLastFour: z.string().optional(),
    createdAt: field.at,
    updatedAt: field.at,
  })
  .meta({ id: 'Payment' });
export type PaymentAnswer = z.output<typeof paymentAnswer>;
export const paymentsAnswer = field.pageOf(paymentAnswer).meta({ id: 'Payments' });

export function viewOrder(order: Order): OrderAnswer {
  const { orderId, customerId, merchantId, currency, paymentId } = order;
  return {
    orderId,
    customerId,
    merchantId,
    items: order.items.map(({ productId, name, priceCents, quantity }) => ({
      productId,
      name,
      price: money(priceCents),
      quantity,
    })),
    total: money(order.totalCents),
    currency,
    status: orderStatuses.toWord(order.status),
    ...told({ paymentId }),
    createdAt: timestamp(order.createdAt),
  };
}

export function viewPayment(payment: Payment): PaymentAnswer {
  const { paymentId, orderId, merchantId, customerId, currency } = payment;
  const { transactionId, authorizationCode, declineReason, responseCode, cardLastFour } = payment;
  return {
    paymentId,
    orderId,
    merchantId,
    customerId,
    amount: money(payment.amountCents),
    refunded: money(payment.refundedCents),
    currency,
    installments: Math.max(payment.installments, 1),
    status: paymentStatuses.toWord(payment.status),
    ...told({ transactionId, authorizationCode, declineReason, responseCode, cardLastFour }),
    createdAt: timestamp(payment.createdAt),
    updatedAt: timestamp(payment.updatedAt),
  };
}
