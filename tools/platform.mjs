// npm start: checks, builds, starts everything, does the main job (or a file of orders), and stays up until Ctrl-C.
import { mkdirSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { dockerAnswers } from '../engines/docker.mjs';
import { engineAddresses, engineNames } from '../engines/engines.mjs';
import { fetchEngines } from '../engines/fetch.mjs';
import { logFile, pidOf, removePidFile, withLock, writePidFile } from '../engines/process.mjs';
import { buildIfChanged } from './build.mjs';
import { composeDown, composeMissing, composeUp, followCompose } from './compose.mjs';
import { startPlatform, stopPlatform, takenPorts } from './processes.mjs';
import { createProgress } from './progress.mjs';
import { operator, platformAddresses, root, developmentRun as run, serviceNames } from './topology.mjs';

const NEEDED_BYTES = 2 * 1024 ** 3;
const usage = `usage: npm start [-- --exit] [--orders FILE.csv [--concurrency N] [--results FILE.csv]] [--without-docker]
  --exit             stop everything after the main job, with 0 when it went well and 1 when not
  --orders FILE      put a file of orders through the shop instead of the one purchase
  --concurrency N    so many orders at a time (8)
  --results FILE     what became of each row (beside the file: FILE.results.csv)
  --without-docker   plain processes, also where a Docker engine answers`;
const print = (line) => console.log(line);
const progress = createProgress(print);

/** A reason that the person at the terminal can act on; told without a stack. */
class CannotStart extends Error {}

function options() {
  try {
    const { values } = parseArgs({
      options: {
        exit: { type: 'boolean', default: false },
        orders: { type: 'string' },
        concurrency: { type: 'string', default: '8' },
        results: { type: 'string' },
        'without-docker': { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) {
      print(usage);
      process.exit(0);
    }
    const concurrency = Number(values.concurrency);
    if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > 256) {
      throw new Error('--concurrency must be a whole number from 1 to 256');
    }
    // npm changes to the project's folder, and says where the person was.
    const file = (path) => path && resolve(process.env.INIT_CWD ?? process.cwd(), path);
    const orders = file(values.orders);
    if (orders && !statSync(orders, { throwIfNoEntry: false })?.isFile()) throw new Error(`there is no file ${orders}`);
    return { ...values, concurrency, orders, results: file(values.results) };
  } catch (error) {
    print(error.message.split('\n')[0]);
    print(usage.split('\n')[0]);
    process.exit(2);
  }
}

/** A file that is wrong as a whole is told before anything is started for it. */
async function checkOrdersFile(file) {
  const { checkOrders } = await import('./demo/orders-file.mjs');
  checkOrders(readFileSync(file), await demoDefinition());
}

async function demoDefinition() {
  return (await import('./demo-bank.json', { with: { type: 'json' } })).default;
}

function checkDisk() {
  const { bavail, bsize } = statfsSync(root);
  const free = bavail * bsize;
  if (free >= NEEDED_BYTES) return;
  const gigabytes = (bytes) => (bytes / 1024 ** 3).toFixed(1);
  throw new CannotStart(
    `Only ${gigabytes(free)} GB are free on the disk of ${root}, and ${gigabytes(NEEDED_BYTES)} GB are needed: make room.`,
  );
}

/** Calls `begin` before the first thing that would have to be stopped. */
async function startProcesses(begin) {
  checkDisk();
  const taken = await takenPorts(run);
  if (taken.length > 0) throw new CannotStart(taken.join('\n'));
  const { fetched } = await fetchEngines({ print: progress.line });
  progress.line(fetched ? 'engines fetched' : 'engines are there');
  progress.line(buildIfChanged() ? 'services built' : 'nothing to build: no source has changed');
  begin();
  // Left over from a launcher that was killed: with this launcher's build and settings they start anew.
  await stopPlatform(run, { engines: false });
  await startPlatform(run, { onStarted: progress.started, onReady: progress.ready });
}

/** How this start runs things: as processes, or where a Docker engine answers as containers. */
function chooseRuntime(withoutDocker) {
  const asProcesses = {
    start: startProcesses,
    stop: () =>
      stopPlatform(run, { onStopped: (name, ms) => print(`  stopped ${name} (${(ms / 1000).toFixed(1)} s)`) }),
    watch: watchProcesses,
  };
  if (withoutDocker || !dockerAnswers()) return asProcesses;
  const missing = composeMissing();
  if (missing) {
    progress.line(`a Docker engine answers, but ${missing}: starting plain processes instead`);
    return asProcesses;
  }
  const start = (begin) => {
    begin();
    return composeUp(progress.line);
  };
  return { start, stop: () => composeDown(), watch: followCompose };
}

/** Says in one line when something has died, and when it is back, until everything is being stopped. */
async function watchProcesses(stopped) {
  const names = [...engineNames, ...serviceNames];
  const dead = new Set();
  while (!stopped.aborted) {
    for (const name of names) {
      const alive = pidOf(run.runDir, name) > 0;
      if (!alive && !dead.has(name)) {
        dead.add(name);
        print(`${name} has ended. Its log: ${logFile(run.runDir, name)}  Start it again: npm run restart -- ${name}`);
      } else if (alive && dead.delete(name)) print(`${name} runs again.`);
    }
    await wait(500);
  }
}

async function work({ orders, concurrency, results }) {
  const addresses = platformAddresses(run.portOffset);
  const shared = { print, addresses, operator, demoFile: join(run.runDir, 'demo-bank.json') };
  if (orders) {
    const { runOrders } = await import('./orders.mjs');
    const { failed } = await runOrders({ ...shared, file: orders, concurrency, results });
    return failed === 0 ? 0 : 1;
  }
  const { runMainJob } = await import('./main-job.mjs');
  await runMainJob(shared);
  return 0;
}

async function printAddresses() {
  const { gateway, issuer } = platformAddresses(run.portOffset);
  const engines = engineAddresses(run.portOffset);
  const { customers } = await demoDefinition();
  print('');
  print('Addresses');
  print(`  API            ${gateway}    (description: ${gateway}/docs)`);
  print(`  sign-in        ${issuer}`);
  for (const [name, address] of Object.entries(engines)) print(`  ${name.padEnd(13)}  ${address}`);
  print('');
  print('Demo sign-ins (npm run token -- USER prints a token for curl)');
  for (const { email, password } of customers) print(`  ${email.padEnd(22)} ${password}`);
  print(`  ${'operator (client)'.padEnd(22)} ${operator.clientId} / ${operator.clientSecret}`);
  print('');
  print('npm run status · npm run logs -- SERVICE · Ctrl-C stops everything');
}

/** One line; the stack only for who looks for a bug. Gives the exit code. */
function explain(error) {
  print('');
  print(`Cannot go on: ${error.message}`);
  if (!(error instanceof CannotStart) && process.env.LOG_LEVEL === 'debug') print(error.stack);
  return 1;
}

async function main() {
  const chosen = options();
  try {
    if (chosen.orders) await checkOrdersFile(chosen.orders);
  } catch (error) {
    return explain(error);
  }
  mkdirSync(run.runDir, { recursive: true });
  const already = await withLock(run.runDir, 'platform', async () => {
    const pid = pidOf(run.runDir, 'platform');
    if (!pid) writePidFile(run.runDir, 'platform', process.pid);
    return pid;
  });
  if (already && chosen.orders) return work(chosen).catch(explain);
  if (already) {
    print(`The platform runs already (pid ${already}): npm run status shows it, npm run stop stops it.`);
    return 1;
  }
  const runtime = chooseRuntime(chosen['without-docker']);

  let begun = false;
  let starting = Promise.resolve();
  let stopping;
  const stopped = new AbortController();
  const stopAll = () => {
    stopping ??= (async () => {
      stopped.abort();
      progress.end();
      if (begun) {
        print('');
        print('Stopping…');
        await runtime.stop();
        // Interrupted amid the start, it may have begun one more thing meanwhile.
        await Promise.race([starting.catch(() => undefined), wait(20_000)]);
        await runtime.stop();
        print('Everything is stopped. Data stays in .data/ (npm run reset removes it).');
      }
      removePidFile(run.runDir, 'platform');
    })();
    return stopping;
  };
  // A signal during the start ends it: whatever was started until then is stopped.
  const interrupted = new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => resolve(signal));
  });

  let exitCode = 0;
  const job = (async () => {
    starting = runtime.start(() => {
      begun = true;
    });
    await starting;
    exitCode = await work(chosen);
    await printAddresses();
  })();
  try {
    const signal = await Promise.race([job, interrupted]);
    if (signal) {
      job.catch(() => undefined); // it fails because everything is being stopped
      await stopAll();
      return 130;
    }
    if (!chosen.exit) await Promise.race([interrupted, runtime.watch(stopped.signal)]);
    await stopAll();
    return exitCode;
  } catch (error) {
    explain(error);
    await stopAll();
    return 1;
  }
}

process.exit(await main());
