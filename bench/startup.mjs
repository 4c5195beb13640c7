// How long a start takes, from a fresh clone to the end of the main job, and how much memory the platform holds.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { figure } from './figures.mjs';

export const about = 'first start from a fresh clone (empty and warm caches), a later start, resident memory';

const root = fileURLToPath(new URL('..', import.meta.url));

/** quick: warm caches only, and one later start. The platform must not be running: the ports are the development platform's. */
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
    const later = Array.from({ length: quick ? 1 : 3 }, () => start('later start'));
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

/** Starts the platform to stay, takes the sum that `npm run status` prints once the main job is over, and stops it. */
function residentWhileRunning(clone) {
  const script = [
    'npm start > started.log 2>&1 &',
    'for second in $(seq 1 240); do sleep 1; grep -q "Ctrl-C stops" started.log && break; done',
    'npm run --silent status; npm run --silent stop > /dev/null; wait',
  ].join('\n');
  const { stdout } = spawnSync('bash', ['-c', script], { cwd: clone, encoding: 'utf8' });
  const total = /^total\s+(\d+)/m.exec(stdout)?.[1];
  if (!total) throw new Error(`npm run status printed no total:\n${stdout}`);
  return Number(total);
}
