// The whole platform as processes: engines, topics, connectors, services. What npm start does, and what journey and
// fault tests call. `run` is { runDir, portOffset, storage }, as in engines/engines.mjs.
import { mkdirSync } from 'node:fs';
import {
  engineAddresses,
  engineAnswers,
  engineNames,
  startEngines,
  stopEngines,
  takenEnginePorts,
} from '../engines/engines.mjs';
import {
  killProcess,
  pidOf,
  portTaken,
  portTakenMessage,
  spawnKept,
  stopProcess,
  waitUntilReady,
} from '../engines/process.mjs';
import { applyConnect } from '../kafka-connect/apply.mjs';
import { killTestEngine, restartTestEngine, testRun } from '../libs/testing/src/test-engines.mjs';
import { compileCache, envFor, operator, platformAddresses, root, serviceNames, servicePorts } from './topology.mjs';

/** kill -9 of a test engine, and its start with the data it had, as process or container. */
export { killTestEngine as killEngine, restartTestEngine as startEngine, testRun };

const quiet = { onStarted: () => {}, onReady: () => {}, onStopped: () => {} };

export async function serviceReady(name, { portOffset }) {
  const url = `http://127.0.0.1:${servicePorts(name, portOffset).http}/health/ready`;
  const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) });
  await answer.body?.cancel();
  return answer.ok;
}

/** A line for each of the services' ports that somebody else holds. */
export async function takenServicePorts({ runDir, portOffset }, names = serviceNames) {
  const wanted = names
    .filter((name) => !pidOf(runDir, name))
    .flatMap((name) => Object.values(servicePorts(name, portOffset)).map((port) => [name, port]));
  const taken = await Promise.all(
    wanted.map(async ([name, port]) => (await portTaken(port)) && portTakenMessage(port, name)),
  );
  return taken.filter(Boolean);
}

/** A line for each port of the platform that somebody else holds. */
export async function takenPorts(run) {
  return [...(await takenEnginePorts(run)), ...(await takenServicePorts(run))];
}

/** Starts a service and waits until it is ready; `env` is added to its own. Returns the milliseconds. */
export async function startService(name, run = testRun, { env = {}, timeoutMs = 60_000 } = {}) {
  const { runDir } = run;
  const start = Date.now();
  if (!pidOf(runDir, name)) {
    const [taken] = await takenServicePorts(run, [name]);
    if (taken) throw new Error(taken);
    // kafkajs asks for a timer in the past whenever nothing is throttled; Node fires it at once, and would warn.
    const flags = ['--max-old-space-size=256', '--disable-warning=TimeoutNegativeWarning'];
    const args = [...flags, '--import', '@ipe/service-kit/telemetry', `services/${name}/dist/main.js`];
    spawnKept({
      runDir,
      name,
      command: process.execPath,
      args,
      cwd: root,
      env: { ...envFor(name, run), NODE_COMPILE_CACHE: compileCache, ...env },
    });
  }
  await waitUntilReady({ runDir, name, probe: () => serviceReady(name, run), timeoutMs });
  return Date.now() - start;
}

/** SIGTERM and wait; SIGKILL after 15 s. Returns the milliseconds, 0 when it did not run. */
export const stopService = (name, run = testRun) => stopProcess(run.runDir, name, 15_000);

/** Sends a signal; SIGKILL (the default) is waited for. False when it did not run. */
export const killService = (name, signal = 'SIGKILL', run = testRun) => killProcess(run.runDir, name, signal);

/**
 * Starts everything that is not running yet, each part as soon as what it needs is there: services do not wait for
 * Elasticsearch and Kafka Connect. Rejects with the first failure; what was started stays for the caller to stop
 * (stopPlatform). Returns { addresses, operator, run }.
 */
export async function startPlatform(run = testRun, told = {}) {
  const tell = { ...quiet, ...told };
  mkdirSync(run.runDir, { recursive: true });
  // In tests another run may have started an engine, or a container holds it: who answers is used.
  const answering = await Promise.all(engineNames.map((name) => run === testRun && engineAnswers(name, run)));
  const missing = engineNames.filter((_, index) => !answering[index]);
  const start = (names) =>
    startEngines(run, {
      names: missing.filter((name) => names.includes(name)),
      onReady: (name, { ms }) => tell.onReady(name, ms),
    });
  tell.onStarted('engines', missing);
  const search = start(['elasticsearch']);
  const stores = start(['kafka', 'dynamodb', 'redis']);
  const indexing = stores.then(() => startIndexing(run, search, start(['connect']), tell));
  const serving = stores.then(() => startServices(run, tell));
  await Promise.all([search, indexing, serving]);
  return { addresses: platformAddresses(run.portOffset), operator, run };
}

async function startIndexing({ portOffset }, search, worker, tell) {
  await Promise.all([search, worker]);
  const { connect, elasticsearch } = engineAddresses(portOffset);
  const start = Date.now();
  tell.onStarted('connectors', ['connectors']);
  await applyConnect({ connectUrl: connect, elasticsearchUrl: elasticsearch });
  tell.onReady('connectors', Date.now() - start);
}

async function startServices(run, tell) {
  // Loaded here, because stop and status must run before anything is installed.
  const { ensureTopics } = await import('./topics.mjs');
  await ensureTopics({ brokers: [engineAddresses(run.portOffset).kafka] });
  tell.onStarted('services', serviceNames);
  await Promise.all(serviceNames.map(async (name) => tell.onReady(name, await startService(name, run))));
}

/** Stops the services, which drain, then the engines; with `engines: false` the engines stay. */
export async function stopPlatform(run = testRun, { engines = true, ...told } = {}) {
  const { onStopped } = { ...quiet, ...told };
  const stop = async (name) => {
    const ms = await stopService(name, run);
    if (ms) onStopped(name, ms);
  };
  // The edge first: what it still has in hand needs the others.
  await stop('gateway');
  await Promise.all(serviceNames.filter((name) => name !== 'gateway').map(stop));
  if (engines) await stopEngines(run, { onStopped });
}
