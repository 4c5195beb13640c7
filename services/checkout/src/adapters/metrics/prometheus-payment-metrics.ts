import { Counter, Gauge, Histogram } from 'prom-client';
import type { PaymentMetrics, RecoveryOutcome } from '../../application/ports.ts';
import type { Payment } from '../../domain/payment.ts';

const payments = new Counter({
  name: 'checkout_payments_total',
  help: 'Payments that have ended, by how and why.',
  labelNames: ['status', 'reason'],
});

const seconds = new Histogram({
  name: 'checkout_payment_seconds',
  help: 'Time from the wish to pay to the end of the payment, by how it ended.',
  labelNames: ['status'],
  buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120, 600],
});

const recovered = new Counter({
  name: 'checkout_recovered_total',
  help: 'Payments and refunds that recovery took on, by outcome; left: the bank could not say.',
  labelNames: ['outcome'],
});

const unsettled = new Gauge({
  name: 'checkout_unsettled_payments',
  help: 'Payments that have not ended, at the last recovery run.',
});

export class PrometheusPaymentMetrics implements PaymentMetrics {
  settled({ settled, reason, createdAt }: Payment): void {
    if (!settled) return;
    payments.inc({ status: settled.status, reason: reason || 'none' });
    seconds.observe({ status: settled.status }, (settled.at.getTime() - createdAt.getTime()) / 1000);
  }

  recovered(outcome: RecoveryOutcome): void {
    recovered.inc({ outcome });
  }

  unsettled(count: number): void {
    unsettled.set(count);
  }
}
