import { Counter, Gauge, Histogram } from 'prom-client';
import type { LedgerMetrics } from '../../application/ports.ts';
import type { Transaction } from '../../domain/transaction.ts';

const authorizations = new Counter({
  name: 'bank_authorizations_total',
  help: 'Purchases decided, by outcome (approved, declined) and the reason of a decline.',
  labelNames: ['outcome', 'reason'],
});
const byMerchant = new Counter({
  name: 'bank_authorizations_by_merchant_total',
  help: 'Purchases decided, by merchant and outcome.',
  labelNames: ['merchant', 'outcome'],
});
const authorizedCents = new Counter({
  name: 'bank_authorized_cents_total',
  help: 'Volume of approved purchases in cents, by merchant.',
  labelNames: ['merchant'],
});
const declined = new Counter({
  name: 'bank_declined_total',
  help: 'Purchases declined, by reason and ABECS response code.',
  labelNames: ['reason', 'response_code'],
});
const replays = new Counter({
  name: 'ledger_replayed_answers_total',
  help: 'Answers given again to a repeated idempotency key.',
});
const commitRecords = new Histogram({
  name: 'ledger_commit_batch_records',
  help: 'Records in one journal batch.',
  buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024],
});
const commitBytes = new Histogram({
  name: 'ledger_commit_batch_bytes',
  help: 'Bytes of one journal batch.',
  buckets: [1024, 4096, 16_384, 65_536, 131_072, 262_144, 409_600],
});
const commitSeconds = new Histogram({
  name: 'ledger_commit_duration_seconds',
  help: 'Time until a batch was durable, retries included.',
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
});
const appendFailures = new Counter({
  name: 'ledger_append_failures_total',
  help: 'Appends whose outcome was not known and which were tried again.',
});
const sequence = new Gauge({
  name: 'ledger_journal_sequence',
  help: 'Sequence of the last durable batch.',
  labelNames: ['shard'],
});
const queueDepth = new Gauge({
  name: 'ledger_queue_depth',
  help: 'Records that wait to become durable.',
  labelNames: ['shard'],
});
const publisherLag = new Gauge({
  name: 'ledger_publisher_lag_batches',
  help: 'Durable batches whose events are not told yet.',
  labelNames: ['shard'],
});
const courierLag = new Gauge({
  name: 'ledger_courier_lag_batches',
  help: 'Durable batches whose remittances to a shard are not delivered there yet.',
  labelNames: ['shard', 'to'],
});

const backgroundWork = new Gauge({
  name: 'ledger_background_work',
  help: '1 while a checkpoint is written or an index is merged.',
  labelNames: ['shard'],
});
const shardsLed = new Gauge({ name: 'ledger_shards_led', help: 'Shards that this replica leads.' });

/** How many shards a replica leads. */
export function tellShardsLed(count: number): void {
  shardsLed.set(count);
}

/** What operators look at, for Prometheus. Money is counted in cents, as a number: exact below 90 trillion reais. */
export class PrometheusMetrics implements LedgerMetrics {
  constructor(private readonly shard: number) {}

  batchCommitted(batch: { sequence: number; records: number; bytes: number; durationMs: number }): void {
    commitRecords.observe(batch.records);
    commitBytes.observe(batch.bytes);
    commitSeconds.observe(batch.durationMs / 1000);
    sequence.set({ shard: this.shard }, batch.sequence);
  }

  appendFailed(): void {
    appendFailures.inc();
  }

  queueDepth(records: number): void {
    queueDepth.set({ shard: this.shard }, records);
  }

  replayed(): void {
    replays.inc();
  }

  authorized(purchase: Transaction): void {
    const merchant = purchase.merchant?.merchantId ?? '';
    const reason = purchase.declineReason;
    const outcome = reason === '' ? 'approved' : 'declined';
    authorizations.inc({ outcome, reason });
    byMerchant.inc({ merchant, outcome });
    if (reason === '') authorizedCents.inc({ merchant }, Number(purchase.amount));
    else declined.inc({ reason, response_code: purchase.responseCode });
  }

  publisherLag(batches: number): void {
    publisherLag.set({ shard: this.shard }, batches);
  }

  courierLag(to: number, batches: number): void {
    courierLag.set({ shard: this.shard, to }, batches);
  }

  working(isWorking: boolean): void {
    backgroundWork.set({ shard: this.shard }, Number(isWorking));
  }
}
