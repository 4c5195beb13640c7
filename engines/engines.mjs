// The real engines as plain local processes: start, stop, kill, status. No dependency, Node ≥ 20.
// `run` everywhere is { runDir, portOffset?, storage?, dynamodbHeapMb? }: where data, logs and pid files lie, what is
// added to each port (0: development, 10000: tests), whether DynamoDB keeps its data ('disk') or not ('memory'), and
// how much heap it may have.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from './connect.mjs';
import { dynamodb } from './dynamodb.mjs';
import { elasticsearch } from './elasticsearch.mjs';
import { kafka } from './kafka.mjs';
import {
  killProcess,
  pidOf,
  portTaken,
  portTakenMessage,
  residentMb,
  spawnKept,
  stopProcess,
  waitUntilReady,
} from './process.mjs';
import { redis } from './redis.mjs';

const engines = { kafka, elasticsearch, dynamodb, redis, connect };

/** In the order in which they are told of; connect last, because it needs kafka. */
export const engineNames = Object.keys(engines);

const DEFAULT_PORTS = {
  kafka: 19092,
  kafkaController: 19093,
  elasticsearch: 19200,
  elasticsearchTransport: 19300,
  connect: 18083,
  dynamodb: 18000,
  redis: 16379,
};

/** Every port that the engines listen on, by name. */
export function enginePorts(portOffset = 0) {
  return Object.fromEntries(Object.entries(DEFAULT_PORTS).map(([name, port]) => [name, port + portOffset]));
}

/** Addresses as clients want them. */
export function engineAddresses(portOffset = 0) {
  const ports = enginePorts(portOffset);
  return {
    kafka: `127.0.0.1:${ports.kafka}`,
    elasticsearch: `http://127.0.0.1:${ports.elasticsearch}`,
    connect: `http://127.0.0.1:${ports.connect}`,
    dynamodb: `http://127.0.0.1:${ports.dynamodb}`,
    redis: `redis://127.0.0.1:${ports.redis}`,
  };
}

const context = ({ portOffset = 0, storage = 'disk', ...run }) => ({ ...run, storage, ports: enginePorts(portOffset) });

/** Whether an engine answers on its port, whoever started it. */
export function engineAnswers(name, run) {
  return engines[name].probe(context(run)).catch(() => false);
}

/** Whether it runs as a process of ours, and answers. */
async function engineReady(name, run) {
  return pidOf(run.runDir, name) > 0 && (await engineAnswers(name, run));
}

/** [{ name, pid, port, ready, residentMb }], pid 0 for one that does not run. */
export function engineStatus(run, names = engineNames) {
  const ports = enginePorts(run.portOffset);
  return Promise.all(
    names.map(async (name) => ({
      name,
      pid: pidOf(run.runDir, name),
      port: ports[name],
      ready: await engineReady(name, run),
      residentMb: residentMb(run.runDir, name),
    })),
  );
}

/** A line for each port that somebody else holds. */
export async function takenEnginePorts(run, names = engineNames) {
  const { ports } = context(run);
  const wanted = names
    .filter((name) => !pidOf(run.runDir, name))
    .flatMap((name) => engines[name].ports.map((key) => [name, ports[key]]));
  const taken = await Promise.all(
    wanted.map(async ([name, port]) => (await portTaken(port)) && portTakenMessage(port, name)),
  );
  return taken.filter(Boolean);
}

/** Starts one engine and waits until it answers; does nothing when it runs. Returns { startedHere, ms }. */
export async function startEngine(name, run) {
  const engine = engines[name];
  const at = context(run);
  const start = Date.now();
  const startedHere = !pidOf(run.runDir, name);
  if (startedHere) {
    const [taken] = await takenEnginePorts(run, [name]);
    if (taken) throw new Error(taken);
    mkdirSync(run.runDir, { recursive: true });
    await engine.prepare(at);
    spawnKept({ runDir: run.runDir, name, ...engine.command(at) });
  }
  await waitUntilReady({ runDir: run.runDir, name, probe: () => engine.probe(at) });
  return { startedHere, ms: Date.now() - start };
}

/**
 * Starts engines at the same time, each as soon as what it needs is ready. `onReady(name, { startedHere, ms })` is
 * called for each. Rejects with the first failure; what was started stays for the caller to stop.
 */
export async function startEngines(run, { names = engineNames, onReady = () => {} } = {}) {
  const started = new Map();
  for (const name of names) {
    const needed = engines[name].needs.map((need) => started.get(need)).filter(Boolean);
    const one = Promise.all(needed)
      .then(() => startEngine(name, run))
      .then((result) => onReady(name, result));
    started.set(name, one);
  }
  await Promise.all(started.values());
}

/** SIGTERM and wait. Returns the milliseconds, 0 when it did not run. */
export const stopEngine = (name, { runDir }) => stopProcess(runDir, name);

/** Stops connect first, then the others at once: a worker without its broker would wait for it. */
export async function stopEngines(run, { names = engineNames, onStopped = () => {} } = {}) {
  const stop = async (name) => {
    const ms = await stopEngine(name, run);
    if (ms) onStopped(name, ms);
  };
  await Promise.all(names.filter((name) => engines[name].needs.length > 0).map(stop));
  await Promise.all(names.filter((name) => engines[name].needs.length === 0).map(stop));
}

/** Sends a signal to the engine's whole process group (default SIGKILL, and waits until it is gone). */
export const killEngine = (name, { runDir }, signal = 'SIGKILL') => killProcess(runDir, name, signal);

/** Deletes what stopped engines have stored. */
export function wipeEngines({ runDir }, names = engineNames) {
  const running = names.filter((name) => pidOf(runDir, name));
  if (running.length > 0) throw new Error(`still running: ${running.join(', ')}; stop first`);
  for (const folder of names.flatMap((name) => engines[name].data))
    rmSync(join(runDir, 'engines', folder), { recursive: true, force: true });
}
