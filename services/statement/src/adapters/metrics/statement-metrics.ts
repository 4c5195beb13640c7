import { Counter, Gauge, Histogram } from 'prom-client';

/** recorded (new), repeated (known already), retried (will be tried again), dead_lettered. */
export const statementEntries = new Counter({
  name: 'statement_entries_total',
  help: 'Entry events of the ledger, by what became of them.',
  labelNames: ['outcome'],
});

export const statementLag = new Histogram({
  name: 'statement_lag_seconds',
  help: 'From the booking of an entry to its line being readable.',
  buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600],
});

export const statementGaps = new Gauge({
  name: 'statement_gaps',
  help: 'Accounts whose statement waits for a missing entry.',
});

export const statementWatchers = new Gauge({
  name: 'statement_watchers',
  help: 'Open streams of new lines.',
});
