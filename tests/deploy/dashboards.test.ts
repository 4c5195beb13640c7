import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { service } from './compose-file.ts';
import { metrics, namesIn, unknownIn } from './metrics.ts';
import { list, read } from './repository.ts';

type Source = { type: string; uid: string };
type Panel = {
  id: number;
  type: string;
  title: string;
  description?: string;
  datasource?: Source;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: { refId: string; expr: string; legendFormat: string; datasource: Source }[];
};
type Dashboard = { uid: string; title: string; panels: Panel[]; templating: { list: { name: string }[] } };

const folder = 'observability/grafana/dashboards';
const dashboards = list(folder).map((file) => JSON.parse(read(`${folder}/${file}`)) as Dashboard);
const panelsOf = ({ panels }: Dashboard): Panel[] => panels.filter(({ type }) => type !== 'row');
/** What Grafana puts in before it asks Prometheus. */
const filledIn = (expr: string): string => expr.replaceAll(/\$__(rate_interval|range)/g, '1m').replaceAll('$job', '.*');
const targets = dashboards.flatMap((dashboard) =>
  panelsOf(dashboard).flatMap(({ title, targets: of = [] }) => of.map((target) => ({ panel: title, ...target }))),
);

test('dashboards are told apart', () => {
  expect(dashboards.map(({ uid }) => uid).sort()).toEqual(['ipe-bank', 'ipe-services']);
  for (const { panels } of dashboards) {
    const ids = panels.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)]);
  }
});

test('every panel says what it shows, asks the data source that is provisioned, and has its place', () => {
  const { datasources } = parse(read('observability/grafana/provisioning/datasources/prometheus.yml')) as {
    datasources: Source[];
  };
  const provisioned = { type: datasources[0]?.type, uid: datasources[0]?.uid };
  for (const dashboard of dashboards) {
    const taken = new Set<string>();
    for (const { title, description, datasource, targets: of = [], gridPos } of panelsOf(dashboard)) {
      expect([title, description]).toEqual([title, expect.stringMatching(/\.$/)]);
      expect([title, datasource]).toEqual([title, provisioned]);
      expect([title, of.length > 0]).toEqual([title, true]);
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect([title, taken.has(`${x},${y}`)]).toEqual([title, false]);
          taken.add(`${x},${y}`);
        }
    }
  }
});

test.each(targets)('$panel ($refId) looks at what services measure', ({ expr, legendFormat }) => {
  expect(unknownIn(filledIn(expr))).toEqual([]);
  const known = namesIn(filledIn(expr)).metrics.flatMap((name) => metrics.get(name) ?? []);
  for (const [, label = ''] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) expect(known).toContain(label);
});

test('every metric of the bank’s own is on a dashboard', () => {
  const shown = new Set(targets.flatMap(({ expr }) => namesIn(filledIn(expr)).metrics));
  const base = (name: string) => name.replace(/_(bucket|sum|count)$/, '');
  const shownBases = new Set([...shown].map(base));
  const own = [...metrics.keys()].filter((name) => !/^(process|nodejs)_/.test(name)).map(base);
  // How many bytes a batch has, and where the journal is, are for looking up by hand.
  const byHand = ['ledger_commit_batch_bytes', 'ledger_journal_sequence'];
  expect([...new Set(own)].filter((name) => !shownBases.has(name)).sort()).toEqual(byHand);
});

const isThere = spawnSync('promtool', ['--version']).status === 0;
if (!isThere) {
  console.warn(
    'SKIPPED: promtool is not on PATH, so the dashboards’ queries were not parsed (Debian: apt install prometheus).',
  );
}

(isThere ? test : test.skip)('Prometheus can read every query', () => {
  const rules = targets.map(({ expr }, index) => ({ record: `panel:${index}`, expr: filledIn(expr) }));
  const temporary = mkdtempSync(join(tmpdir(), 'dashboards-'));
  try {
    const file = join(temporary, 'rules.yml');
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'panels', rules }] }));
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'rules', file], { encoding: 'utf8' });
    expect([status, status === 0 ? '' : stdout + stderr]).toEqual([0, '']);
  } finally {
    rmSync(temporary, { recursive: true });
  }
});

test('Grafana finds the dashboards, and opens with the bank’s', () => {
  const { providers } = parse(read('observability/grafana/provisioning/dashboards/files.yml')) as {
    providers: { options: { path: string } }[];
  };
  const path = providers[0]?.options.path;
  expect(service('grafana').volumes).toContain(`./${folder}:${path}:ro`);
  expect(service('grafana').environment?.['GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH']).toBe(`${path}/bank.json`);
});
