import { isDeepStrictEqual } from 'node:util';
import { getBalance } from '../../src/application/get-balance.ts';
import type { MemoryOptions } from '../../src/application/memory/shard-memory.ts';
import type { LedgerView } from '../../src/domain/ledger-state.ts';
import { Answers } from './answers.ts';
import { Clients } from './clients.ts';
import { Cluster } from './cluster.ts';
import { MemoizingCodec } from './memoizing-codec.ts';
import { Nemesis } from './nemesis.ts';
import { Random } from './random.ts';
import type { Replica } from './replica.ts';
import { requestText } from './requests.ts';
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
  const nemesis = new Nemesis(world, cluster, store, truth, weather);
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
    const leader = await servingLeader(world, cluster);
    if (!leader) break;
    await compare(world, truth, leader);
    cluster.stop(leader);
    const next = () => cluster.leaders.some((one) => one !== leader);
    const isHandedOver = turn === cluster.places.length - 1 || (await world.run(next, everybodyIsServedWithinMs));
    if (!isHandedOver) world.broken('everybody is served', `nobody leads after ${leader.name} has handed over`);
  }
}

/** Who answers a read. A leader that has written nothing yet may learn from it that another went on. */
async function servingLeader(world: World, cluster: Cluster): Promise<Replica | undefined> {
  const hasOne = () => cluster.leaders.length === 1;
  for (let tries = 0; tries < 100 && (await world.run(hasOne, everybodyIsServedWithinMs)); tries++) {
    const [leader] = cluster.leaders;
    if (!leader || world.violation) return leader;
    let isServing: boolean | undefined;
    const tell = (is: boolean) => {
      isServing = is;
    };
    const call = { deadline: Number.POSITIVE_INFINITY, traceparent: '' };
    getBalance(leader.ledger, 'system:cash', call).then(
      (reply) => tell(reply.kind !== 'unserved'),
      () => tell(false),
    );
    await world.run(() => isServing !== undefined, everybodyIsServedWithinMs);
    if (isServing) return leader;
    await world.run(() => false, 200);
  }
  world.broken('everybody is served', 'nobody answers a read');
  return undefined;
}

/**
 * What a leader has in memory, and can bring back, is what the journal tells. It may have records on their way still,
 * of holds that its sweeper expired: it is looked at until nothing happens meanwhile.
 */
async function compare(world: World, truth: Truth, { name, ledger }: Replica): Promise<void> {
  for (let tries = 0; tries < 20 && !world.violation; tries++) {
    const { state } = truth;
    const needs = { keys: [...state.answers.keys()], transactions: [...state.transactions.keys()] };
    const records = truth.durableAt.length;
    let found: { difference: string | undefined } | undefined;
    let failed = '';
    ledger
      .foresee(needs, (seen) => differenceOf(seen, state))
      .then(
        (difference) => {
          found = { difference };
        },
        (error: unknown) => {
          failed = String(error);
        },
      );
    await world.run(() => found !== undefined || failed !== '', 10_000);
    if (failed) return world.broken('a replay gives the same state', `${name}: ${failed}`);
    if (!found) return world.broken('everybody is served', `${name} does not bring back what it let go`);
    if (found.difference === undefined) return;
    await world.run(() => truth.durableAt.length > records, 3_000);
    if (truth.durableAt.length === records) {
      return world.broken('a replay gives the same state', `${name}: ${found.difference}`);
    }
  }
}

function differenceOf(seen: LedgerView, expected: LedgerView): string | undefined {
  for (const name of ['accounts', 'transactions', 'answers'] as const) {
    if (seen[name].size > expected[name].size) return `there are ${seen[name].size} ${name}`;
    for (const [id, value] of expected[name]) {
      if (!isDeepStrictEqual(seen[name].get(id), value)) return `${name} ${id} differs`;
    }
  }
  if (seen.decidedAt !== expected.decidedAt) return 'decidedAt differs';
  if (seen.openHolds.size !== expected.openHolds.size) return 'the number of open holds differs';
  const isSame = isDeepStrictEqual(seen.openHolds.first(), expected.openHolds.first());
  return isSame ? undefined : 'the hold that expires first differs';
}

/** So small that much is let go, and must be brought back. */
function smallMemory(random: Random): MemoryOptions {
  return {
    minTailBytes: random.skewed(1_000, 20_000),
    tailRatio: random.between(0.2, 1),
    keepRecords: random.below(30),
    workShare: random.between(0.2, 1),
    keepCheckpoints: 1 + random.below(3),
    graceMs: 60_000,
  };
}
