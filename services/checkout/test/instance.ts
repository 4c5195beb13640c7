import { createSecretKey } from 'node:crypto';
import { cents } from '@ipe/money/cents';
import { CheckoutTable } from '../src/adapters/dynamodb/checkout-table.ts';
import { DynamoMerchants } from '../src/adapters/dynamodb/dynamo-merchants.ts';
import { DynamoOrders } from '../src/adapters/dynamodb/dynamo-orders.ts';
import { DynamoPayments } from '../src/adapters/dynamodb/dynamo-payments.ts';
import { DynamoRefunds } from '../src/adapters/dynamodb/dynamo-refunds.ts';
import { DynamoUnsettled } from '../src/adapters/dynamodb/dynamo-unsettled.ts';
import { PayOrder } from '../src/application/pay-order.ts';
import type { BankCore, Made, PaymentMetrics, RecoveryOutcome } from '../src/application/ports.ts';
import { RecoverPayments } from '../src/application/recover-payments.ts';
import { RefundPayment } from '../src/application/refund-payment.ts';
import { SettlePayment } from '../src/application/settle-payment.ts';
import { SettleRefund } from '../src/application/settle-refund.ts';
import type { Order } from '../src/domain/order.ts';

const fingerprintKey = createSecretKey(Buffer.alloc(32, 7));

/** A process's life: it ends before its (steps + 1)-th call to a store or to the bank, and from then on nothing happens. */
export class Life {
  died = false;
  constructor(private steps: number) {}

  /** The port as the process sees it. */
  guard<T extends object>(port: T): T {
    return new Proxy(port, {
      get: (target, name) => {
        const member = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        return async (...args: unknown[]): Promise<unknown> => {
          this.spend();
          const answer: unknown = await member.apply(target, args);
          return answer;
        };
      },
    });
  }

  private spend(): void {
    this.died ||= this.steps === 0;
    if (this.died) throw new Error('the process is dead');
    this.steps -= 1;
  }
}

class CountedMetrics implements PaymentMetrics {
  readonly recoveries: RecoveryOutcome[] = [];
  readonly ends: string[] = [];
  unsettledCount = 0;

  settled({ settled }: Parameters<PaymentMetrics['settled']>[0]): void {
    this.ends.push(settled?.status ?? 'none');
  }

  recovered(outcome: RecoveryOutcome): void {
    this.recoveries.push(outcome);
  }

  unsettled(count: number): void {
    this.unsettledCount = count;
  }
}

/** The use cases of one process over the real store and the given bank, alive as long as `life` lasts. */
export function instance(table: CheckoutTable, bank: BankCore, life = new Life(Number.POSITIVE_INFINITY)) {
  const clock = { now: () => new Date() };
  const metrics = new CountedMetrics();
  const orders = life.guard(new DynamoOrders(table));
  const payments = life.guard(new DynamoPayments(table));
  const refunds = life.guard(new DynamoRefunds(table));
  const merchants = life.guard(new DynamoMerchants(table));
  const unsettled = life.guard(new DynamoUnsettled(table));
  const core = life.guard(bank);
  const settlePayment = new SettlePayment(payments, core, metrics, clock);
  const settleRefund = new SettleRefund(payments, refunds, core, clock);
  return {
    orders,
    payments,
    metrics,
    payOrder: new PayOrder(orders, payments, merchants, core, clock, fingerprintKey, settlePayment),
    refundPayment: new RefundPayment(payments, refunds, clock, settleRefund),
    recovery: new RecoverPayments(payments, refunds, unsettled, metrics, clock, settlePayment, settleRefund),
  };
}

/** An order of 100.00 that is ready to be paid, and its merchant, written straight into the store. */
export async function someOrder(table: CheckoutTable, orderId: string): Promise<Made<Order>> {
  const merchantId = 'mer_deaths';
  const createdAt = new Date();
  const fingerprint = '';
  const merchant = { merchantId, customerId: 'cus_m', accountId: 'acc_m', name: 'Loja', document: '', mcc: '5411' };
  await new DynamoMerchants(table).create({ ...merchant, createdAt, fingerprint });
  const order: Made<Order> = {
    orderId,
    customerId: 'cus_ana',
    merchantId,
    lines: [{ productId: 'prd_1', name: 'Café', price: cents(10_000n), quantity: 1 }],
    total: cents(10_000n),
    currency: 'BRL',
    status: 'created',
    paymentId: undefined,
    createdAt,
    fingerprint,
  };
  await new DynamoOrders(table).create(order);
  return order;
}
