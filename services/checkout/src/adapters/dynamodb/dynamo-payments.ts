import { ConditionalCheckFailedException, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { Made, Page, PageRequest, Payments } from '../../application/ports.ts';
import { orderStatusAfter, type Payment, type PaymentStatus } from '../../domain/payment.ts';
import type { CheckoutTable } from './checkout-table.ts';
import { type PaymentRow, paymentCodec, paymentsOf, paymentsOfStatus } from './payment-item.ts';
import { keyOf, Records } from './records.ts';
import { transact } from './transact.ts';
import { update } from './update.ts';

export class DynamoPayments implements Payments {
  private readonly records: Records<Payment, PaymentRow>;

  constructor(private readonly table: CheckoutTable) {
    this.records = new Records(table, 'payment', paymentCodec);
  }

  find(paymentId: string): Promise<Made<Payment> | undefined> {
    return this.records.find(paymentId);
  }

  begin(payment: Made<Payment>): Promise<boolean> {
    const TableName = this.table.name;
    const { paymentId, orderId } = payment;
    return transact(this.table.client, [
      { Put: { TableName, Item: paymentCodec.encode(payment), ConditionExpression: 'attribute_not_exists(pk)' } },
      update(TableName, keyOf('order', orderId), {
        set: { status: 'paying', paymentId },
        where: { status: 'created' },
      }),
    ]);
  }

  async noteAuthorized(payment: Payment): Promise<void> {
    const { transactionId, authorizationCode, responseCode } = payment;
    const { Update } = update(this.table.name, keyOf('payment', payment.paymentId), {
      set: { ...statusFields(payment), transactionId, authorizationCode, responseCode },
      where: { status: 'pending' },
    });
    try {
      await this.table.client.send(new UpdateItemCommand(Update));
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }

  async settle(payment: Payment): Promise<boolean> {
    const { paymentId, orderId, settled } = payment;
    if (!settled) throw new Error(`payment ${paymentId} has not ended`);
    const { transactionId, authorizationCode, reason, responseCode } = payment;
    return transact(this.table.client, [
      update(this.table.name, keyOf('payment', paymentId), {
        set: {
          ...statusFields(payment),
          transactionId,
          authorizationCode,
          reason,
          responseCode,
          violations: [...payment.violations],
          settledStatus: settled.status,
          settledAt: settled.at.toISOString(),
        },
        remove: ['unsettledpk', 'unsettledsk'],
        where: { unsettledpk: undefined },
      }),
      update(this.table.name, keyOf('order', orderId), {
        set: { status: orderStatusAfter(settled.status) },
        where: { status: 'paying', paymentId },
      }),
    ]);
  }

  list(merchantId: string, status: PaymentStatus | undefined, page: PageRequest): Promise<Page<Payment>> {
    return status
      ? this.records.list('status', paymentsOfStatus(merchantId, status), page, true)
      : this.records.list('list', paymentsOf(merchantId), page, true);
  }
}

/** A status and all that says it. */
export function statusFields({ status, merchantId, updatedAt }: Payment) {
  return { status, statuspk: paymentsOfStatus(merchantId, status), updatedAt: updatedAt.toISOString() };
}
