import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { metrics, namesIn, unknownIn } from './metrics.ts';
import { read } from './repository.ts';

type Rule = { alert: string; expr: string; labels: Record<string, string>; annotations: Record<string, string> };

const folder = fileURLToPath(new URL('../../observability/prometheus', import.meta.url));
const { groups } = parse(read('observability/prometheus/alerts.yml')) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap(({ rules: inGroup }) => inGroup);

const promtool = (...args: string[]) => spawnSync('promtool', args, { cwd: folder, encoding: 'utf8' });
const isThere = promtool('--version').status === 0;
if (!isThere) {
  console.warn('SKIPPED: promtool is not on PATH, so alerts were not evaluated (Debian: apt install prometheus).');
}
const testWithPromtool = isThere ? test : test.skip;

test('an expression’s metrics and labels are found', () => {
  const expression = 'sum by (job) (rate(up{instance=~"a|b"}[5m])) unless on () {__name__=~"x|y"} offset 15m > bool 5';
  expect(namesIn(expression)).toEqual({ metrics: ['x', 'y', 'up'], labels: ['job', 'instance'] });
  expect(unknownIn('up{job="auth"} > 0')).toEqual([]);
  expect(unknownIn('sum by (shop) (rate(bank_declined_totals{reason="x"}[5m]))')).toEqual([
    'bank_declined_totals',
    'shop',
    'reason',
  ]);
});

test('the services’ metrics are found', () => {
  expect(metrics.get('bank_declined_total')).toEqual(['reason', 'response_code', 'job', 'instance']);
  expect(metrics.get('statement_lag_seconds_bucket')).toContain('le');
  expect(metrics.has('process_resident_memory_bytes')).toBe(true);
});

test.each(rules)('$alert looks at what services measure', ({ expr }) => {
  expect(unknownIn(expr)).toEqual([]);
});

test.each(rules)('$alert says how urgent it is, and where the runbook tells what to do', ({ labels, annotations }) => {
  expect(['page', 'ticket']).toContain(labels['severity']);
  expect(annotations['summary']).toEqual(expect.any(String));
  const [file = '', anchor = ''] = (annotations['runbook'] ?? '').split('#');
  const anchors = [...read(file).matchAll(/^## (.*)$/gm)].map(([, title = '']) =>
    title.toLowerCase().replaceAll(' ', '-'),
  );
  expect(anchors).toContain(anchor);
});

test('every alert is seen to fire in alerts.test.yml', () => {
  type Case = { alertname: string; exp_alerts: unknown[] };
  const { tests } = parse(read('observability/prometheus/alerts.test.yml')) as { tests: { alert_rule_test: Case[] }[] };
  const cases = tests.flatMap(({ alert_rule_test }) => alert_rule_test);
  const fired = new Set(cases.filter(({ exp_alerts }) => exp_alerts.length > 0).map(({ alertname }) => alertname));
  expect([...fired].sort()).toEqual(rules.map(({ alert }) => alert).sort());
});

testWithPromtool('promtool takes the configuration and the rules', () => {
  const { status, stdout, stderr } = promtool('check', 'config', 'prometheus.yml');
  expect([status, status === 0 ? '' : stdout + stderr]).toEqual([0, '']);
});

testWithPromtool('promtool sees each alert fire when it should, and keep still when it should', () => {
  const { status, stdout, stderr } = promtool('test', 'rules', 'alerts.test.yml');
  expect([status, status === 0 ? '' : stdout + stderr]).toEqual([0, '']);
});
