import { createRequire } from 'node:module';
import { list, read, sources } from './repository.ts';

// The prom-client of the services, for what it measures by itself.
const requireOfServices = createRequire(new URL('../../libs/service-kit/package.json', import.meta.url));
const { Registry, collectDefaultMetrics } = requireOfServices('prom-client');

const folders = ['libs', 'services'].flatMap((folder) => list(folder).map((name) => `${folder}/${name}/src`));
const fromPrometheus = ['job', 'instance'];

/** Label names by metric, as Prometheus knows it, of everything that services measure. */
function declaredMetrics(): Map<string, string[]> {
  const metrics = new Map<string, string[]>([['up', fromPrometheus]]);
  for (const file of folders.flatMap(sources)) {
    for (const [, kind, options = ''] of read(file).matchAll(/new (Counter|Gauge|Histogram)\(\{(.*?)\}\)/gs)) {
      const name = /name: '(\w+)'/.exec(options)?.[1] ?? '';
      const labels = [...(/labelNames: \[(.*?)\]/.exec(options)?.[1] ?? '').matchAll(/'(\w+)'/g)].map(
        ([, label = '']) => label,
      );
      const own = [...labels, ...fromPrometheus];
      if (kind !== 'Histogram') metrics.set(name, own);
      else
        for (const part of ['bucket', 'sum', 'count'])
          metrics.set(`${name}_${part}`, part === 'bucket' ? [...own, 'le'] : own);
    }
  }
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const { name } of registry.getMetricsAsArray()) metrics.set(name, fromPrometheus);
  registry.clear();
  return metrics;
}

export const metrics = declaredMetrics();

const words = /\b(?:by|without|on|ignoring|group_left|group_right|or|and|unless|offset|bool)\b/g;
const matchers = /(\w+)\s*(?:=~|!~|!=|=)\s*"([^"]*)"/g;

/** The metrics and the labels that an expression of PromQL names. */
export function namesIn(expression: string): { metrics: string[]; labels: string[] } {
  const found = [...expression.matchAll(matchers)].map(([, label = '', value = '']) => ({ label, value }));
  const named = found.filter(({ label }) => label === '__name__').flatMap(({ value }) => value.split('|'));
  const lists = [...expression.matchAll(/\b(?:by|without|on|ignoring)\s*\(([^)]*)\)/g)];
  const grouped = lists.flatMap(([, inside = '']) => inside.split(',').map((label) => label.trim())).filter(Boolean);
  const bare = expression
    .replaceAll(/\b(?:by|without|on|ignoring)\s*\([^)]*\)/g, ' ')
    .replaceAll(/\{[^}]*\}|\[[^\]]*\]|"[^"]*"/g, ' ')
    .replaceAll(words, ' ');
  const identifiers = [...bare.matchAll(/(?<![\w$])[a-zA-Z_]\w*(?!\w*\s*\()/g)].map(([name]) => name);
  return {
    metrics: [...new Set([...named, ...identifiers])],
    labels: [...new Set([...grouped, ...found.map(({ label }) => label).filter((label) => label !== '__name__')])],
  };
}

/** What an expression names that no service measures; empty when all is well. */
export function unknownIn(expression: string): string[] {
  const names = namesIn(expression);
  const known = new Set(names.metrics.flatMap((name) => metrics.get(name) ?? []));
  return [...names.metrics.filter((name) => !metrics.has(name)), ...names.labels.filter((label) => !known.has(label))];
}
