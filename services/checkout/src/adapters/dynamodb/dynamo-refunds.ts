import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { toItem } from '@ipe/dynamodb/item';
import { cents } from '@ipe/money/cents';
import type { Made, Refunds } from '../../application/ports.ts';
import type { Payment, PaymentStatus } from '../../domain/payment.ts';
import type { Refund } from '../../domain/refund.ts';
import type { CheckoutTable } from './checkout-table.ts';
import { statusFields } from './dynamo-payments.ts';
import { type Codec, keyOf, Records } from './records.ts';
import { transact } from './transact.ts';
import { unsettledKeys } from './unsettled-lanes.ts';
import { update } from './update.ts';

type EffectRow = { status: PaymentStatus; refunded: bigint; updatedAt: string };
type Row = Omit<Made<Refund>, 'amount' | 'createdAt' | 'effect'> & {
  amount: bigint;
  createdAt: string;
  effect?: EffectRow;
};

const codec: Codec<Refund, Row> = {
  encode: ({ effect: _none, ...refund }) =>
    toItem({
      ...refund,
      pk: `refund#${refund.refundId}`,
      sk: 'refund',
      ...unsettledKeys('refund', refund.refundId, refund.createdAt),
      createdAt: refund.createdAt.toISOString(),
    }),
  decode: ({ refundId, paymentId, amount, status, createdAt, effect, reason, fingerprint }) => ({
    refundId,
    paymentId,
    amount: cents(amount),
    status,
    createdAt: new Date(createdAt),
    effect: effect && {
      status: effect.status,
      refunded: cents(effect.refunded),
      updatedAt: new Date(effect.updatedAt),
    },
    reason,
    fingerprint,
  }),
};

export class DynamoRefunds implements Refunds {
  private readonly records: Records<Refund, Row>;

  constructor(private readonly table: CheckoutTable) {
    this.records = new Records(table, 'refund', codec);
  }

  find(refundId: string): Promise<Made<Refund> | undefined> {
    return this.records.find(refundId);
  }

  begin(refund: Made<Refund>, before: Payment, after: Payment): Promise<boolean> {
    const TableName = this.table.name;
    return transact(this.table.client, [
      { Put: { TableName, Item: codec.encode(refund), ConditionExpression: 'attribute_not_exists(pk)' } },
      this.paymentUpdate(before, after),
    ]);
  }

  settle(refund: Refund, before: Payment, after: Payment): Promise<boolean> {
    const { status, reason, effect } = refund;
    const effectRow = effect && { ...effect, updatedAt: effect.updatedAt.toISOString() };
    const items: TransactWriteItem[] = [
      update(this.table.name, keyOf('refund', refund.refundId), {
        set: { status, reason, ...(effectRow ? { effect: effectRow } : {}) },
        remove: ['unsettledpk', 'unsettledsk'],
        where: { status: 'pending' },
      }),
      this.paymentUpdate(before, after),
    ];
    if (after.status === 'refunded') {
      const order = keyOf('order', after.orderId);
      items.push(update(this.table.name, order, { set: { status: 'refunded' }, where: { status: 'paid' } }));
    }
    return transact(this.table.client, items);
  }

  /** Only as long as no other refund has moved the payment. */
  private paymentUpdate(before: Payment, after: Payment): TransactWriteItem {
    return update(this.table.name, keyOf('payment', after.paymentId), {
      set: { ...statusFields(after), refunded: after.refunded, reserved: after.reserved },
      where: { refunded: before.refunded, reserved: before.reserved },
    });
  }
}
