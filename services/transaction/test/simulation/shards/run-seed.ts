import { Answers } from '../answers.ts';
import { MemoizingCodec } from '../memoizing-codec.ts';
import { Nemesis } from '../nemesis.ts';
import { Random } from '../random.ts';
import { requestText } from '../requests.ts';
import { type SeedOptions, type SeedResult, smallMemory } from '../run-seed.ts';
import { compareLeader } from '../settling.ts';
import { ToldEvents } from '../simulated-sink.ts';
import { SimulatedStore } from '../simulated-store.ts';
import { Truth } from '../truth.ts';
import { Weather } from '../weather.ts';
import { World } from '../world.ts';
import { Books } from './books.ts';
import { ShardClients } from './shard-clients.ts';
import { ShardedCluster } from './sharded-cluster.ts';
import { Ways } from './ways.ts';

const harmEndsWithinMs = 120_000;
const everybodyIsServedWithinMs = 60_000;
/** A call may come twice, reservations are looked at after a while, and what failed is tried again after a pause. */
const allIsDrainedWithinMs = 120_000;
const farthestClockJumpMs = 5_000;

/** One life of a ledger of several shards under one seed: some time of harm, then calm, in which all must come right. */
export async function runSeed(seed: number, { operations, tell }: SeedOptions): Promise<SeedResult> {
  const random = new Random(seed);
  const world = new World(random, tell);
  const codec = new MemoizingCodec();
  const weather = new Weather(world);
  const ways = new Ways(world);
  const books = new Books(world);
  const settings = {
    leaseMs: random.between(1_000, 2_500),
    sweepMs: random.between(200, 1_000),
    maxBatchRecords: random.chance(0.5) ? 3 + random.below(3) : 1_000,
    maxQueuedRecords: random.chance(0.1) ? 20 : 1_000,
    memory: random.chance(0.5) ? smallMemory(random) : undefined,
  };
  const shards = Array.from({ length: 2 + random.below(3) }, (_, shard) => {
    const truth: Truth = new Truth(world, codec, shard, (record) => books.take(shard, record, truth.state));
    const store = new SimulatedStore(world, truth, 1 + random.below(40));
    const told = new ToldEvents(world, truth);
    return { truth, store, told, answers: new Answers(world, truth), world, weather, codec, settings };
  });
  const cluster = new ShardedCluster({ world, ways, shards }, 2 + random.below(2));
  const clients = new ShardClients(world, cluster, shards, weather, { clients: 2 + random.below(6), operations });
  const held = shards.map(({ store, truth }, shard) => ({ store, truth, leaders: () => cluster.holdersOf(shard) }));
  const nemesis = new Nemesis(world, cluster, held, weather, farthestClockJumpMs);
  const notCaught = (error: unknown) => world.broken('nothing throws', `not caught: ${String(error)}`);
  process.on('unhandledRejection', notCaught);
  try {
    clients.start();
    await world.run(() => clients.areDone, harmEndsWithinMs);
    nemesis.stop();
    ways.calm = true;
    world.note(() => 'calm from now on');
    await settle({ world, books, shards, cluster, clients });
  } finally {
    process.off('unhandledRejection', notCaught);
    for (const place of cluster.places) place.process.kill();
  }
  const { violation, counts, fingerprint, now: virtualMs } = world;
  return { seed, violation, counts, fingerprint, virtualMs };
}

type Parts = Readonly<{
  world: World;
  books: Books;
  shards: ReadonlyArray<Readonly<{ truth: Truth; told: ToldEvents }>>;
  cluster: ShardedCluster;
  clients: ShardClients;
}>;

/** Everybody is answered, all that was under way has arrived and is told, and each leader has what the journal tells. */
async function settle({ world, books, shards, cluster, clients }: Parts): Promise<void> {
  const isLed = () => shards.every((_, shard) => cluster.leadersOf(shard).length === 1);
  if (!(await world.run(() => clients.areDone && isLed(), everybodyIsServedWithinMs))) {
    const waiting = [...clients.waiting.values()].map(requestText).join('; ');
    return world.broken('everybody is served', `still waiting: ${waiting || 'for a leader'}`);
  }
  const truths = shards.map(({ truth }) => truth);
  const isDrained = () => books.underWay(truths) === undefined && missing() === undefined;
  const missing = () => shards.map(({ told }) => told.missing()).find((one) => one !== undefined);
  if (!(await world.run(isDrained, allIsDrainedWithinMs))) {
    const left = books.underWay(truths);
    if (left) return world.broken('nothing is left between shards', left);
    return world.broken('every event is told', missing() ?? '');
  }
  if (!world.violation) books.checkAtTheEnd(truths);
  for (const { truth } of shards) {
    if (world.violation) return;
    const { shard } = truth;
    const leaders = () =>
      cluster.leadersOf(shard).map((one) => ({ name: one.name, ledger: one.replica(shard).ledger }));
    await compareLeader(world, truth, leaders, `system:cash${shard === 0 ? '' : `:${shard}`}`);
  }
}
