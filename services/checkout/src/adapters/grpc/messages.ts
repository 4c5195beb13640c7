import {
  type Merchant as MerchantMessage,
  type Order as OrderMessage,
  OrderStatus,
  type Payment as PaymentMessage,
  PaymentStatus,
  type Product as ProductMessage,
} from '@ipe/contracts/gen/bank/checkout/v1/checkout';
import type * as orders from '../../domain/order.ts';
import type * as payments from '../../domain/payment.ts';
import type { Merchant, Product } from '../../domain/shop.ts';

const orderStatuses: Readonly<Record<orders.OrderStatus, OrderStatus>> = {
  created: OrderStatus.ORDER_STATUS_CREATED,
  paying: OrderStatus.ORDER_STATUS_PAYING,
  paid: OrderStatus.ORDER_STATUS_PAID,
  refunded: OrderStatus.ORDER_STATUS_REFUNDED,
};

export const paymentStatuses: Readonly<Record<payments.PaymentStatus, PaymentStatus>> = {
  pending: PaymentStatus.PAYMENT_STATUS_PENDING,
  authorized: PaymentStatus.PAYMENT_STATUS_AUTHORIZED,
  paid: PaymentStatus.PAYMENT_STATUS_PAID,
  declined: PaymentStatus.PAYMENT_STATUS_DECLINED,
  failed: PaymentStatus.PAYMENT_STATUS_FAILED,
  partially_refunded: PaymentStatus.PAYMENT_STATUS_PARTIALLY_REFUNDED,
  refunded: PaymentStatus.PAYMENT_STATUS_REFUNDED,
};

export function toMerchantMessage(merchant: Merchant): MerchantMessage {
  const { merchantId, customerId, accountId, name, document, mcc, createdAt } = merchant;
  return { merchantId, customerId, accountId, name, document, mcc, createdAt };
}

export function toProductMessage({ productId, merchantId, sku, name, price }: Product): ProductMessage {
  return { productId, merchantId, sku, name, priceCents: price };
}

export function toOrderMessage(order: orders.Order): OrderMessage {
  const { orderId, customerId, merchantId, lines, total, currency, status, paymentId = '', createdAt } = order;
  return {
    orderId,
    customerId,
    merchantId,
    items: lines.map(({ productId, name, price, quantity }) => ({ productId, name, priceCents: price, quantity })),
    totalCents: total,
    currency,
    status: orderStatuses[status],
    paymentId,
    createdAt,
  };
}

export function toPaymentMessage(payment: payments.Payment): PaymentMessage {
  const { paymentId, orderId, merchantId, customerId, currency, installments, transactionId } = payment;
  const { authorizationCode, responseCode, cardLastFour, createdAt, updatedAt } = payment;
  return {
    paymentId,
    orderId,
    merchantId,
    customerId,
    amountCents: payment.amount,
    refundedCents: payment.refunded,
    currency,
    installments,
    status: paymentStatuses[payment.status],
    transactionId,
    authorizationCode,
    declineReason: payment.reason,
    responseCode,
    cardLastFour,
    createdAt,
    updatedAt,
  };
}
