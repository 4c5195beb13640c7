import { setTimeout as wait } from 'node:timers/promises';
import type { Random } from '../simulation/random.ts';
import type { Ailment, FaultyWay } from './faulty-way.ts';
import type { PrivateEngines } from './private-engines.ts';
import type { Replica, Replicas } from './replicas.ts';

export type Scene = Readonly<{
  replicas: Replicas;
  engines: PrivateEngines;
  brokerWay: FaultyWay;
  random: Random;
  /** Whether Kafka's disk is one that can be filled. */
  canFillDisk: boolean;
  /** Movements acknowledged so far. */
  acknowledged: () => number;
  /** Waits until the bank acknowledges again. */
  untilAcknowledged: () => Promise<void>;
  /** Ends when nothing else disturbs the store or its ways; until `done`, nothing else does. */
  storeTurn: (work: () => Promise<void>) => Promise<void>;
}>;

/** Does it, and undoes it. Throws what the service must not do. */
type Fault = (scene: Scene) => Promise<void>;
export type Faults = Readonly<Record<string, Fault>>;

export const leaseMs = 900;
const hourMs = 3_600_000;

/** Faults of one lane follow each other; those of different lanes happen at the same time. */
export function faultLanes(canFillDisk: boolean): Readonly<Record<'processes' | 'broker' | 'ways', Faults>> {
  return {
    processes: {
      'leader killed': ({ replicas, random }) => killed(replicas, 'leader', random),
      'standby killed': ({ replicas, random }) => killed(replicas, 'standby', random),
      'leader told to end': ({ replicas }) => toldToEnd(replicas, 'leader'),
      'standby told to end': ({ replicas }) => toldToEnd(replicas, 'standby'),
      'leader frozen past its lease': ({ replicas, random }) => frozen(replicas, 'leader', random),
      'standby frozen': ({ replicas, random }) => frozen(replicas, 'standby', random),
      'both killed': bothKilled,
      'DynamoDB killed': storeKilled,
    },
    broker: {
      'Kafka killed': brokerKilled,
      ...(canFillDisk ? { "Kafka's disk full": brokerDiskFull } : {}),
      ...ofWay('Kafka', ({ brokerWay }) => [brokerWay]),
    },
    ways: {
      ...inStoreTurn(ofWay('DynamoDB', someStoreWays)),
      'clock seconds ahead': (scene) => clockStepped(scene, scene.random.between(1_000, 9_000)),
      'clock seconds behind': (scene) => clockStepped(scene, -scene.random.between(1_000, 9_000)),
      'clock an hour ahead': (scene) => clockStepped(scene, hourMs + scene.random.between(-5_000, 5_000)),
      'clock an hour behind': (scene) => clockStepped(scene, -hourMs),
    },
  };
}

async function killed(replicas: Replicas, role: 'leader' | 'standby', random: Random): Promise<void> {
  const { [role]: replica } = await replicas.roles();
  await replica.end('SIGKILL');
  await wait(random.between(0, 1_500));
  await replica.start();
}

async function bothKilled({ replicas }: Scene): Promise<void> {
  await Promise.all(replicas.all.map((replica) => replica.end('SIGKILL')));
  await Promise.all(replicas.all.map((replica) => replica.start()));
}

async function toldToEnd(replicas: Replicas, role: 'leader' | 'standby'): Promise<void> {
  const { [role]: replica } = await replicas.roles();
  const exitCode = await replica.end('SIGTERM');
  if (exitCode !== 0) throw new Error(`${replica.name}, the ${role}, was told to end, and ended with ${exitCode}`);
  await replica.start();
}

async function frozen(replicas: Replicas, role: 'leader' | 'standby', random: Random): Promise<void> {
  const { [role]: replica } = await replicas.roles();
  replica.freeze();
  await wait(leaseMs + random.between(300, 2_500));
  replica.wake();
}

/**
 * DynamoDB Local can lose the very last write that it acknowledged, which DynamoDB does not. The leader puts it back;
 * so he must be there, and stay the leader: the standby is frozen meanwhile, and nobody else disturbs the store.
 */
async function storeKilled({ replicas, engines, storeTurn, untilAcknowledged, random }: Scene): Promise<void> {
  await storeTurn(async () => {
    const { standby } = await settledRoles(replicas, untilAcknowledged);
    try {
      // What the frozen one wrote last, for a shard of its own, must not be the store's last write either.
      await untilAcknowledged();
      await engines.kill('dynamodb');
      await wait(random.between(0, 1_000));
      await engines.startDynamodb();
      await untilAcknowledged();
    } finally {
      standby.wake();
    }
  });
}

/** Who leads, and goes on to: the standby is frozen. */
async function settledRoles(replicas: Replicas, untilAcknowledged: () => Promise<void>) {
  for (;;) {
    await untilAcknowledged();
    const { leader, standby } = await replicas.roles();
    standby.freeze();
    // Had the lease just been about to change hands, it has by now.
    await wait(leaseMs / 2);
    if ((await replicas.roles()).leader === leader) return { leader, standby };
    standby.wake();
  }
}

async function brokerKilled({ engines, brokerWay, random }: Scene): Promise<void> {
  await engines.kill('kafka');
  await wait(random.between(0, 2_000));
  await engines.startKafka(brokerWay.port);
}

/** Commits go on, and what could not be told is told once there is room again. */
async function brokerDiskFull({ engines, brokerWay, untilAcknowledged }: Scene): Promise<void> {
  try {
    engines.fillKafkaDisk();
    await engines.hasEnded('kafka', 8_000);
    await untilAcknowledged();
  } finally {
    await engines.kill('kafka');
    engines.makeRoomForKafka();
    await engines.startKafka(brokerWay.port);
  }
}

type SomeWays = (scene: Scene) => Promise<readonly FaultyWay[]> | readonly FaultyWay[];

function ofWay(engine: string, ways: SomeWays): Faults {
  const ail = (ailment: (random: Random) => Ailment): Fault => {
    return async (scene) => {
      const ailing = await ways(scene);
      for (const way of ailing) way.ail(ailment(scene.random));
      await wait(scene.random.between(800, 3_500));
      for (const way of ailing) way.heal();
    };
  };
  return {
    [`way to ${engine}: latency`]: ail((random) => ({
      kind: 'latency',
      ms: random.between(5, 80),
      jitterMs: random.between(5, 200),
    })),
    [`way to ${engine}: resets`]: ail((random) => ({ kind: 'resets', afterMs: random.between(50, 400) })),
    [`way to ${engine}: silence`]: ail(() => ({ kind: 'silence' })),
    [`way to ${engine}: answers lost`]: ail(() => ({ kind: 'answers lost' })),
    [`way to ${engine}: slow`]: ail((random) => ({
      kind: 'slow',
      bytesPerSecond: random.between(4_000, 40_000),
      closeMs: random.between(100, 1_000),
    })),
  };
}

/** Mostly the leader's, else both replicas'. */
async function someStoreWays({ replicas, random }: Scene): Promise<readonly FaultyWay[]> {
  const chosen: readonly Replica[] = random.chance(0.7) ? [(await replicas.roles()).leader] : replicas.all;
  return chosen.map(({ store }) => store);
}

function inStoreTurn(faults: Faults): Faults {
  const turns = Object.entries(faults).map(([name, fault]): [string, Fault] => [
    name,
    (scene) => scene.storeTurn(() => fault(scene)),
  ]);
  return Object.fromEntries(turns);
}

/** Of one replica, mostly the leader. */
async function clockStepped({ replicas, random }: Scene, offsetMs: number): Promise<void> {
  const { leader, standby } = await replicas.roles();
  const replica = random.chance(0.8) ? leader : standby;
  replica.stepClock(Math.round(offsetMs));
  await wait(random.between(800, 3_000));
  replica.stepClock(0);
}
