// npm run stop | reset | status | logs | restart. They need nothing installed.
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { dockerAnswers } from '../engines/docker.mjs';
import { engineNames, engineStatus, startEngine, stopEngine } from '../engines/engines.mjs';
import { logFile, pidOf, removePidFile, residentMb, residentMbOf, sleep } from '../engines/process.mjs';
import { composeDown, composeLogs, composeReset, composeRuns, composeStatus } from './compose.mjs';
import { serviceReady, startService, stopPlatform, stopService } from './processes.mjs';
import { developmentRun as run, serviceNames, servicePorts } from './topology.mjs';

const names = [...engineNames, ...serviceNames];
const usages = {
  stop: 'npm run stop: stops the services and the engines; data stays',
  reset: 'npm run reset: removes all data (.data/) of a platform that is stopped',
  status: 'npm run status: every process with its port, state and memory; ends with 1 unless all are ready',
  logs: `npm run logs -- SERVICE: follows a log until Ctrl-C; one of ${names.join(', ')}`,
  restart: `npm run restart -- SERVICE: stops and starts one part; one of ${names.join(', ')}`,
};

function misused(verb) {
  console.error(`usage: ${usages[verb]}`);
  return 2;
}

const withDocker = () => dockerAnswers() && composeRuns();
const running = () => ['platform', ...names].filter((name) => pidOf(run.runDir, name));
const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

async function stop() {
  if (withDocker()) await composeDown();
  const launcher = pidOf(run.runDir, 'platform');
  if (launcher) {
    // It stops everything in order; we only wait, and finish what it could not.
    console.log(`Stopping the platform of pid ${launcher}…`);
    process.kill(launcher, 'SIGTERM');
    for (let waited = 0; pidOf(run.runDir, 'platform') && waited < 90_000; waited += 100) await sleep(100);
  }
  const leftOver = running().filter((name) => name !== 'platform');
  await stopPlatform(run, { onStopped: (name, ms) => console.log(`  stopped ${name} (${seconds(ms)})`) });
  removePidFile(run.runDir, 'platform');
  console.log(launcher || leftOver.length > 0 ? 'Everything is stopped.' : 'Nothing was running.');
  return 0;
}

async function reset() {
  const alive = running();
  if (alive.length > 0 || withDocker()) {
    console.error(`The platform runs (${alive.join(', ') || 'containers'}): npm run stop first, then npm run reset.`);
    return 1;
  }
  if (dockerAnswers()) composeReset();
  const testEngines = join(run.runDir, 'test');
  const inUse = engineNames.some((name) => pidOf(testEngines, name));
  for (const entry of existsSync(run.runDir) ? readdirSync(run.runDir) : []) {
    if (entry !== 'test' || !inUse) rmSync(join(run.runDir, entry), { recursive: true, force: true });
  }
  console.log(
    inUse ? 'Data removed, except of the test engines, which run (npm run test:engines -- stop).' : 'Data removed.',
  );
  return 0;
}

async function status() {
  if (withDocker()) return composeStatus();
  const services = serviceNames.map(async (name) => ({
    name,
    pid: pidOf(run.runDir, name),
    port: Object.values(servicePorts(name)).join(' '),
    ready: pidOf(run.runDir, name) > 0 && (await serviceReady(name, run).catch(() => false)),
    residentMb: residentMb(run.runDir, name),
  }));
  const launcher = pidOf(run.runDir, 'platform');
  const rows = [
    { name: 'launcher', pid: launcher, port: '', ready: launcher > 0, residentMb: residentMbOf(launcher) },
    ...(await engineStatus(run)),
    ...(await Promise.all(services)),
  ];
  const line = (cells) =>
    console.log(
      `${cells[0].padEnd(15)}${cells[1].padStart(8)}  ${cells[2].padEnd(12)}${cells[3].padEnd(12)}${cells[4].padStart(8)}`,
    );
  line(['process', 'pid', 'port', 'state', 'MB']);
  for (const { name, pid, port, ready, residentMb: mb } of rows) {
    line([
      name,
      pid ? String(pid) : '-',
      String(port),
      pid ? (ready ? 'ready' : 'not ready') : 'stopped',
      pid ? String(mb) : '-',
    ]);
  }
  const total = rows.reduce((sum, row) => sum + row.residentMb, 0);
  line(['total', '', '', '', String(total)]);
  return rows.every(({ pid, ready }) => pid && ready) ? 0 : 1;
}

/** Prints the end of a log and then what is added, over a rotation too, until Ctrl-C. */
async function logs([name]) {
  if (withDocker()) return composeLogs(name);
  if (!names.includes(name)) return misused('logs');
  const file = logFile(run.runDir, name);
  if (!existsSync(file)) {
    console.error(`There is no log of ${name} yet: it has not been started.`);
    return 1;
  }
  let position = Math.max(0, statSync(file).size - 8_192);
  let inode = statSync(file).ino;
  for (;;) {
    const now = statSync(file, { throwIfNoEntry: false });
    if (now && (now.ino !== inode || now.size < position)) {
      position = 0;
      inode = now.ino;
    }
    if (now && now.size > position) position = await printFrom(file, position);
    await sleep(200);
  }
}

async function printFrom(file, position) {
  const handle = await open(file);
  try {
    for await (const chunk of handle.createReadStream({ start: position, autoClose: false })) {
      process.stdout.write(chunk);
      position += chunk.length;
    }
  } finally {
    await handle.close();
  }
  return position;
}

/** Stops one part of a platform that runs, if it still does, and starts it. */
async function restart([name]) {
  if (!names.includes(name)) return misused('restart');
  if (!pidOf(run.runDir, 'platform')) {
    console.error('The platform does not run as processes: npm start starts it.');
    return 1;
  }
  const engine = engineNames.includes(name);
  await (engine ? stopEngine(name, run) : stopService(name, run));
  const ms = engine ? (await startEngine(name, run)).ms : await startService(name, run);
  console.log(`${name} is ready (${seconds(ms)})`);
  return 0;
}

const verbs = { stop, reset, status, logs, restart };
const [verb, ...rest] = process.argv.slice(2);
if (rest.includes('--help') || rest.includes('-h')) {
  console.log(usages[verb]);
  process.exit(0);
}
// Of a word that is not understood, nothing is stopped or removed.
if (rest.length > (verb === 'logs' || verb === 'restart' ? 1 : 0)) process.exit(misused(verb));
try {
  process.exit(await verbs[verb](rest));
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
