// Runs on any Node ≥ 20 without dependencies: installs when the lock file changed, then hands over to the project's
// own Node. `npm start` runs the platform, `--run <script>` an npm script, and stop, reset, status, logs and restart
// their own program, for which nothing need be installed.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = join(root, 'node_modules', '.bin');
const stamp = join(root, 'node_modules', '.installed');

if (Number(process.versions.node.split('.')[0]) < 20) {
  console.error(`Node ${process.versions.node} is too old: install Node 20 or newer (https://nodejs.org).`);
  process.exit(1);
}

async function installIfChanged() {
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  // npm ci removes what is installed: a platform that runs from it would break.
  const running = await runningPlatform();
  if (running.length > 0) {
    console.error(`package-lock.json has changed and the platform runs (${running.join(', ')}): npm run stop first.`);
    process.exit(1);
  }
  console.log('Installing packages (npm ci; the first time takes about a minute)…');
  const started = Date.now();
  const options = { cwd: root, stdio: ['ignore', 'ignore', 'inherit'], shell: process.platform === 'win32' };
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], options);
  if (status !== 0) {
    console.error('npm ci failed: the reason is above.');
    process.exit(status ?? 1);
  }
  writeFileSync(stamp, wanted);
  console.log(`Packages installed (${((Date.now() - started) / 1000).toFixed(0)} s).`);
}

/** The launcher and the services that run from this folder. They need nothing installed to be found. */
async function runningPlatform() {
  const { pidOf } = await import('../engines/process.mjs');
  const { developmentRun, serviceNames } = await import('./topology.mjs');
  return ['platform', ...serviceNames].filter((name) => pidOf(developmentRun.runDir, name));
}

function run(command, args) {
  const path = (process.env.PATH ?? '').startsWith(bin) ? process.env.PATH : `${bin}${delimiter}${process.env.PATH}`;
  const child = spawn(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, PATH: path } });
  // From the terminal the child hears Ctrl-C itself; hearing it twice changes nothing.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
}

const [first, ...rest] = process.argv.slice(2);
if (['stop', 'reset', 'status', 'logs', 'restart'].includes(first)) {
  run(process.execPath, [join(root, 'tools', 'verbs.mjs'), first, ...rest]);
} else if (first !== '--run' && [first, ...rest].some((word) => word === '--help' || word === '-h')) {
  run(process.execPath, [join(root, 'tools', 'platform.mjs'), '--help']);
} else {
  await installIfChanged();
  if (first === '--run') run('npm', ['run', '--silent', ...rest]);
  else {
    const flags = ['--disable-warning=TimeoutNegativeWarning'];
    run(join(bin, 'node'), [...flags, join(root, 'tools', 'platform.mjs'), ...process.argv.slice(2)]);
  }
}
