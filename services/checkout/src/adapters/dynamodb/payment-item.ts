import { toItem } from '@ipe/dynamodb/item';
import { cents } from '@ipe/money/cents';
import type { Made } from '../../application/ports.ts';
import type { Payment, PaymentStatus, SettledStatus } from '../../domain/payment.ts';
import type { Codec } from './records.ts';
import { unsettledKeys } from './unsettled-lanes.ts';

export type PaymentRow = Omit<
  Made<Payment>,
  'amount' | 'refunded' | 'reserved' | 'installments' | 'createdAt' | 'updatedAt' | 'settled'
> & {
  amount: bigint;
  refunded: bigint;
  reserved: bigint;
  installments: bigint;
  createdAt: string;
  updatedAt: string;
  settledStatus?: SettledStatus;
  settledAt?: string;
};

export const paymentsOf = (merchantId: string): string => `payments#${merchantId}`;
export const paymentsOfStatus = (merchantId: string, status: PaymentStatus): string =>
  `payments#${merchantId}#${status}`;

/** Where a pending payment is found: by its merchant, by its status, and as unsettled. */
function keysOf({ paymentId, merchantId, status, createdAt }: Payment) {
  const place = `${createdAt.toISOString()}#${paymentId}`;
  return {
    pk: `payment#${paymentId}`,
    sk: 'payment',
    listpk: paymentsOf(merchantId),
    listsk: place,
    statuspk: paymentsOfStatus(merchantId, status),
    statussk: place,
    ...unsettledKeys('payment', paymentId, createdAt),
  };
}

/** encode: a payment that has just begun; later changes are updates. */
export const paymentCodec: Codec<Payment, PaymentRow> = {
  encode: ({ settled: _none, ...payment }) =>
    toItem({
      ...payment,
      ...keysOf({ ...payment, settled: undefined }),
      violations: [...payment.violations],
      createdAt: payment.createdAt.toISOString(),
      updatedAt: payment.updatedAt.toISOString(),
    }),
  decode: (row) => ({
    paymentId: row.paymentId,
    orderId: row.orderId,
    merchantId: row.merchantId,
    customerId: row.customerId,
    amount: cents(row.amount),
    refunded: cents(row.refunded),
    reserved: cents(row.reserved),
    currency: row.currency,
    installments: Number(row.installments),
    status: row.status,
    transactionId: row.transactionId,
    authorizationCode: row.authorizationCode,
    reason: row.reason,
    responseCode: row.responseCode,
    cardLastFour: row.cardLastFour,
    violations: row.violations,
    createdAt: new Date(row.createdAt),
    updatedAt: new Date(row.updatedAt),
    settled:
      row.settledStatus && row.settledAt ? { status: row.settledStatus, at: new Date(row.settledAt) } : undefined,
    fingerprint: row.fingerprint,
  }),
};
