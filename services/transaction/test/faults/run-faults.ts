import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { uniqueName } from '@ipe/testing/unique-name';
import { Kafka, logLevel } from 'kafkajs';
import { startFakeCards } from '../fake-cards.ts';
import { Random } from '../simulation/random.ts';
import { Client } from './client.ts';
import { differences } from './evidence.ts';
import { faultLanes, leaseMs, type Scene } from './faults.ts';
import { FaultyWay } from './faulty-way.ts';
import { Load } from './load.ts';
import { PrivateEngines } from './private-engines.ts';
import { type Environment, Replica, Replicas } from './replicas.ts';
import type { Report } from './report.ts';
import { keepDisturbing, turns } from './schedule.ts';
import { ToldEvents } from './told-events.ts';

export type RunOptions = Readonly<{
  seed: number;
  /** How long faults happen at least; each kind happens once however short it is. */
  leastMs: number;
  /** Of the ledger: replicas lead some of them each. */
  shards: number;
  print: (line: string) => void;
  /** Ends the faults early; what happened until then is looked at. */
  stopping?: AbortSignal;
}>;

const ledgerCli = fileURLToPath(new URL('../../dist/ledger-cli.js', import.meta.url));

/** Money moves on two real replicas and real engines, while faults of every kind happen to them. */
export async function runFaults(options: RunOptions): Promise<Report> {
  const { seed, shards } = options;
  const since = performance.now();
  const print = (line: string) => options.print(`${seconds(since).padStart(6)} s  ${line}`);
  const undo: Array<() => unknown> = [];
  const folder = mkdtempSync(join(tmpdir(), 'ipe-faults-'));
  print(`seed ${seed}, shards: ${shards}; logs and data: ${folder}`);
  try {
    const stage = await setUp(folder, { ...options, print }, undo);
    const report = await play(stage, { ...options, print });
    if (report.differences.length === 0) undo.unshift(() => rmSync(folder, { recursive: true }));
    return report;
  } finally {
    for (const step of undo.reverse())
      await Promise.resolve()
        .then(step)
        .catch((error: unknown) => print(String(error)));
  }
}

type Stage = Awaited<ReturnType<typeof setUp>>;

async function setUp(folder: string, { seed, leastMs, shards, print }: RunOptions, undo: Array<() => unknown>) {
  const random = new Random(seed);
  const draw = () => random.next();
  const engines = await PrivateEngines.in(folder, print);
  undo.push(() => engines.stop());
  const canFillDisk = engines.limitKafkaDisk(64 + Math.ceil(leastMs / 1_000));
  const brokerWay = await FaultyWay.to(engines.ports.kafka, draw);
  undo.push(() => brokerWay.close());
  await Promise.all([engines.startDynamodb(), engines.startKafka(brokerWay.port)]);
  const cards = await startFakeCards();
  undo.push(() => cards.stop());
  const broker = `127.0.0.1:${brokerWay.port}`;
  const name = uniqueName('faults');
  const env: Environment = {
    AWS_REGION: 'sa-east-1',
    TABLE_PREFIX: `${name}-`,
    KAFKA_BROKERS: broker,
    TOPIC_PREFIX: `${name}.`,
    SHARDS: String(shards),
    LEASE_MS: String(leaseMs),
    CARDS_ADDRESS: cards.address,
    EXPIRY_SWEEP_MS: '100',
    FINGERPRINT_KEY: Buffer.alloc(32, 7).toString('base64'),
    // So little that checkpoints are made all the time, and old keys must be looked up.
    CHECKPOINT_BYTES: '200000',
    RECORDS_IN_MEMORY: '500',
    LOG_LEVEL: 'warn',
    // Replicas are started often.
    NODE_COMPILE_CACHE: join(folder, 'compiled'),
  };
  await makeTopics(broker, env);
  const makeReplica = async (which: string) =>
    Replica.of(which, await FaultyWay.to(engines.ports.dynamodb, draw), env, folder);
  const pair = [await makeReplica('one'), await makeReplica('other')] as const;
  const replicas = new Replicas(pair, engines.ports.dynamodb, `${env['TABLE_PREFIX']}transaction`);
  undo.push(() => replicas.end());
  for (const replica of pair) await replica.start();
  const clients = pair.map(({ client }) => client);
  const client = new Client(clients, draw);
  const load = new Load(client, new Random(seed + 1), shards);
  undo.push(() => load.stop());
  return { folder, engines, canFillDisk, brokerWay, broker, env, replicas, client, load, random };
}

async function play(stage: Stage, options: RunOptions): Promise<Report> {
  const { seed, shards, print } = options;
  const { load, client, replicas } = stage;
  const since = performance.now();
  await load.furnish();
  load.start();
  const { counts, failures } = await disturb(stage, options);
  await load.stop();
  print(`${load.acknowledged} acknowledged; now everything is looked at again`);
  await Promise.all(replicas.all.map((replica) => replica.ready()));
  const [asked, attempts, unanswered] = [load.fates.length, client.attempts, new Map(client.unanswered)];
  const told = new ToldEvents();
  await told.listen(stage.broker, stage.env['TOPIC_PREFIX'] ?? '');
  const found = [...failures, ...(await differences(client, load, told))];
  await told.stop();
  const { code, printed } = await verify(stage);
  if (code !== 0) found.push(`verify ends with ${code}`);
  return {
    seed,
    shards,
    seconds: (performance.now() - since) / 1_000,
    asked,
    attempts,
    acknowledged: load.acknowledged,
    refused: load.fates.filter(({ kind }) => kind === 'refused').length,
    resolvedByRetry: load.fates.filter(({ kind, unsure }) => kind !== 'never answered' && unsure).length,
    unanswered,
    readings: load.readings,
    faults: counts,
    notTried: stage.canFillDisk ? [] : ["Kafka's disk full"],
    holdsExpired: told.expired.size,
    eventsTold: told.told,
    duplicatesRemoved: told.received - told.told,
    verified: printed,
    differences: found,
  };
}

/** All lanes at once, each until the time is over and its first round is done. Answers how often each fault happened. */
async function disturb(stage: Stage, { seed, leastMs, print, stopping }: RunOptions) {
  const { load, random } = stage;
  const counts = new Map<string, number>();
  const failures: string[] = [];
  const until = performance.now() + leastMs;
  const scene: Scene = {
    ...stage,
    acknowledged: () => load.acknowledged,
    untilAcknowledged: () => untilMore(() => load.acknowledged),
    storeTurn: turns(),
  };
  const lanes = Object.values(faultLanes(stage.canFillDisk));
  const ended = lanes.map((lane, at) =>
    keepDisturbing(lane, { ...scene, random: new Random(seed + 100 + at) }, random, {
      isOver: () => performance.now() > until,
      stopping: stopping ?? new AbortController().signal,
      counts,
      failures,
      tell: print,
    }),
  );
  await Promise.all(ended);
  return { counts, failures };
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1_000).toFixed(1);
}

/** Some more than there are now. */
async function untilMore(count: () => number): Promise<void> {
  const enough = count() + 20;
  for (const until = performance.now() + 60_000; count() < enough; await wait(20)) {
    if (performance.now() > until) throw new Error('nothing was acknowledged for a minute');
  }
}

async function makeTopics(broker: string, env: Environment): Promise<void> {
  const admin = new Kafka({ clientId: 'faults', brokers: [broker], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const topics = ['bank.transactions.v1', 'bank.entries.v1'].map((topic) => `${env['TOPIC_PREFIX']}${topic}`);
  await admin.createTopics({ topics: topics.map((topic) => ({ topic, numPartitions: 3 })), waitForLeaders: true });
  await admin.disconnect();
}

/** `npm run ledger -- verify`, on the journal alone. */
function verify({ env, engines, folder }: Stage): Promise<{ code: number; printed: string }> {
  const options = ['--projections', 'none', '--rate', 'unbounded', '--progress', join(folder, 'verify')];
  const store = { DYNAMODB_ENDPOINT: `http://127.0.0.1:${engines.ports.dynamodb}` };
  const child = { env: { PATH: process.env['PATH'], ...env, ...store }, maxBuffer: 1 << 26 };
  return new Promise((resolve) => {
    execFile(process.execPath, [ledgerCli, 'verify', ...options], child, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? (error ? 1 : 0)), printed: (stdout + (error ? stderr : '')).trim() }),
    );
  });
}
