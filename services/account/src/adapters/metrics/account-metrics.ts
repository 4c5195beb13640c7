import { Counter, Histogram } from 'prom-client';

export const accountsOpened = new Counter({
  name: 'accounts_opened_total',
  help: 'Accounts opened, by type; repetitions of the same write not counted.',
  labelNames: ['type'],
});

/** applied, superseded (a later one came with it), stale (known already), retried (will be tried again), dead_lettered. */
export const accountEvents = new Counter({
  name: 'account_events_total',
  help: 'Entry events of the ledger, by what became of them.',
  labelNames: ['outcome'],
});

export const projectionLag = new Histogram({
  name: 'account_projection_lag_seconds',
  help: 'From the booking of an entry to its balance being here.',
  buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600],
});
