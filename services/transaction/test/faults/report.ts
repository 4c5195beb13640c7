/** What happened, in numbers, and what is wrong. */
export type Report = Readonly<{
  seed: number;
  shards: number;
  seconds: number;
  asked: number;
  attempts: number;
  acknowledged: number;
  refused: number;
  /** Not answered at first, and then known by asking again. */
  resolvedByRetry: number;
  unanswered: ReadonlyMap<string, number>;
  readings: number;
  faults: ReadonlyMap<string, number>;
  notTried: readonly string[];
  holdsExpired: number;
  eventsTold: number;
  duplicatesRemoved: number;
  verified: string;
  differences: readonly string[];
}>;

const mostDifferences = 20;

export function reportLines(report: Report): string[] {
  const row = (name: string, value: number | string) => `  ${name.padEnd(38)} ${String(value).padStart(9)}`;
  const rows = (counts: ReadonlyMap<string, number>) => [...counts].sort().map(([name, count]) => row(name, count));
  return [
    `seed ${report.seed}, shards: ${report.shards}, ${report.seconds.toFixed(0)} s`,
    row('movements asked for', report.asked),
    row('  acknowledged', report.acknowledged),
    row('  refused', report.refused),
    row('  unknown, and resolved by a retry', report.resolvedByRetry),
    row('attempts', report.attempts),
    ...rows(new Map([...report.unanswered].map(([code, count]) => [`  not answered: ${code}`, count]))),
    row('readings of all balances', report.readings),
    row('holds that ran out', report.holdsExpired),
    'faults',
    ...rows(report.faults),
    ...report.notTried.map((name) => row(name, 'NOT TRIED')),
    'events',
    row('told', report.eventsTold),
    row('duplicates removed', report.duplicatesRemoved),
    'verify',
    ...report.verified.split('\n').map((line) => `  ${line}`),
    `differences: ${report.differences.length}`,
    ...report.differences.slice(0, mostDifferences).map((difference) => `  ${difference}`),
  ];
}
