// How long a start takes, from a fresh clone to the end of the main job, and how much memory the platform holds.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { figure } from './figures.mjs';

export const about = 'first start from a fresh clone (empty and warm caches), a later start, resident memory';

const root = fileURLToPath(new URL('..', import.meta.url));

/** quick: warm caches only. The platform must not be running: the ports are the development platform's. */
export async function run({ quick }) {
  const folder = mkdtempSync(join(tmpdir(), 'ipe-startup-'));
  const clone = join(folder, 'clone');
  const rounds = [];
  const start = (what, env = {}) => {
    const startedAt = performance.now();
    const done = spawnSync('npm', ['start', '--', '--exit'], {
      cwd: clone,
      env: { ...process.env, ...env },
      stdio: 'inherit',
    });
    const seconds = (performance.now() - startedAt) / 1000;
    rounds.push({ what, seconds, ok: done.status === 0 });
    return seconds;
  };
  const fresh = () => {
    rmSync(clone, { recursive: true, force: true });
    spawnSync('git', ['clone', '--quiet', root, clone], { stdio: 'inherit' });
  };
  const figures = {};
  try {
    if (!quick) {
      fresh();
      const repository = join(folder, 'maven');
      const empty = { npm_config_cache: join(folder, 'npm'), MAVEN_ARGS: `-Dmaven.repo.local=${repository}` };
      figures.firstStartEmptyCaches = figure('s', [
        start('first start, empty caches', { ...empty, MAVEN_OPTS: `-Dmaven.repo.local=${repository}` }),
      ]);
    }
    fresh();
    figures.firstStartWarmCaches = figure('s', [start('first start, warm caches')]);
    const later = [1, 2, 3].map(() => start('later start'));
    figures.laterStart = figure('s', later);
    figures.resident = figure('MB', [residentWhileRunning(clone)]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const ratios = {
    laterOverFirst: Number((figures.laterStart.median / figures.firstStartWarmCaches.median).toFixed(3)),
  };
  return {
    settings: { quick },
    rounds,
    figures,
    ratios,
    invariants: { everyStartSucceeded: rounds.every(({ ok }) => ok) },
  };
}

/** Starts the platform to stay, asks `npm run status` for the sum, and stops it. */
function residentWhileRunning(clone) {
  const script =
    'npm start > /dev/null 2>&1 & sleep 45; npm run --silent status -- --json; npm run --silent stop > /dev/null; wait';
  const { stdout } = spawnSync('bash', ['-c', script], { cwd: clone, encoding: 'utf8' });
  return JSON.parse(stdout.slice(stdout.indexOf('{'))).residentMb;
}
