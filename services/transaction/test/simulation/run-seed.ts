import type { MemoryOptions } from '../../src/application/memory/shard-memory.ts';
import { Answers } from './answers.ts';
import { Clients } from './clients.ts';
import { Cluster } from './cluster.ts';
import { MemoizingCodec } from './memoizing-codec.ts';
import { Nemesis } from './nemesis.ts';
import { Random } from './random.ts';
import { requestText } from './requests.ts';
import { compareLeader } from './settling.ts';
import { ToldEvents } from './simulated-sink.ts';
import { SimulatedStore } from './simulated-store.ts';
import { Truth } from './truth.ts';
import { Weather } from './weather.ts';
import { type Violation, World } from './world.ts';

export type SeedOptions = Readonly<{
  operations: number;
  /** Told every event, in order. */
  tell?: (line: string) => void;
}>;

export type SeedResult = Readonly<{
  seed: number;
  violation: Violation | undefined;
  /** What happened, how often. */
  counts: ReadonlyMap<string, number>;
  /** Equal for two runs in which the same happened. */
  fingerprint: string;
  virtualMs: number;
}>;

const harmEndsWithinMs = 120_000;
const everybodyIsServedWithinMs = 30_000;

/** One life of a shard under one seed: some time of harm, then calm, in which all must come right. */
export async function runSeed(seed: number, { operations, tell }: SeedOptions): Promise<SeedResult> {
  const random = new Random(seed);
  const world = new World(random, tell);
  const codec = new MemoizingCodec();
  const truth = new Truth(world, codec);
  const store = new SimulatedStore(world, truth, 1 + random.below(40));
  const told = new ToldEvents(world, truth);
  const weather = new Weather(world);
  const settings = {
    leaseMs: random.between(600, 2_000),
    sweepMs: random.between(50, 500),
    maxBatchRecords: random.chance(0.6) ? 3 + random.below(3) : 1_000,
    maxQueuedRecords: random.chance(0.1) ? 20 : 1_000,
    memory: random.chance(0.7) ? smallMemory(random) : undefined,
  };
  const cluster = new Cluster({ world, store, told, weather, codec, settings }, 2 + random.below(2));
  const answers = new Answers(world, truth);
  const clients = new Clients(world, cluster, truth, answers, weather, store, {
    clients: 2 + random.below(7),
    operations,
  });
  const leaders = () => cluster.leaders.map(({ holder }) => holder);
  const nemesis = new Nemesis(world, cluster, [{ store, truth, leaders }], weather);
  const notCaught = (error: unknown) => world.broken('nothing throws', `not caught: ${String(error)}`);
  process.on('unhandledRejection', notCaught);
  try {
    clients.start();
    await world.run(() => clients.areDone, harmEndsWithinMs);
    nemesis.stop();
    world.note(() => 'calm from now on');
    await settle({ world, truth, cluster, clients, told });
    if (!world.violation) answers.checkRehearsals();
  } finally {
    process.off('unhandledRejection', notCaught);
    for (const place of cluster.places) place.process.kill();
  }
  return {
    seed,
    violation: world.violation,
    counts: world.counts,
    fingerprint: world.fingerprint,
    virtualMs: world.now,
  };
}

type Parts = Readonly<{ world: World; truth: Truth; cluster: Cluster; clients: Clients; told: ToldEvents }>;

/** Everybody is answered, every event told, and each replica in turn leads with the state that the journal tells. */
async function settle({ world, truth, cluster, clients, told }: Parts): Promise<void> {
  const isServed = await world.run(() => clients.areDone && cluster.leaders.length === 1, everybodyIsServedWithinMs);
  if (!isServed) {
    world.broken(
      'everybody is served',
      `still waiting: ${[...clients.waiting.values()].map(requestText).join('; ') || 'for a leader'}`,
    );
  }
  const isTold = world.violation || (await world.run(() => told.missing() === undefined, everybodyIsServedWithinMs));
  if (!isTold) world.broken('every event is told', told.missing() ?? '');
  for (let turn = 0; turn < cluster.places.length && !world.violation; turn++) {
    const leader = await compareLeader(world, truth, () => cluster.leaders);
    if (!leader) break;
    cluster.stop(leader);
    const next = () => cluster.leaders.some((one) => one !== leader);
    const isHandedOver = turn === cluster.places.length - 1 || (await world.run(next, everybodyIsServedWithinMs));
    if (!isHandedOver) world.broken('everybody is served', `nobody leads after ${leader.name} has handed over`);
  }
}

/** So small that much is let go, and must be brought back. */
export function smallMemory(random: Random): MemoryOptions {
  return {
    minTailBytes: random.skewed(1_000, 20_000),
    tailRatio: random.between(0.2, 1),
    keepRecords: random.below(30),
    workShare: random.between(0.2, 1),
    keepCheckpoints: 1 + random.below(3),
    // Short, so that a life sees it pass.
    graceMs: 4_000,
  };
}
