import { hash } from 'node:crypto';
import { ProtobufSnapshotCodec } from '../../src/adapters/protobuf/snapshot-codec.ts';
import { openMemory } from '../../src/application/memory/open-memory.ts';
import type { MemoryOptions } from '../../src/application/memory/shard-memory.ts';
import type { JournalCodec, LedgerLog, LedgerMetrics } from '../../src/application/ports.ts';
import type { ShardDesk } from '../../src/application/shards/shard-desk.ts';
import { ShardReplica } from '../../src/application/shards/shard-replica.ts';
import { sha256 } from '../paper-ledger.ts';
import type { Holder } from './nemesis.ts';
import type { SimulatedProcess } from './simulated-process.ts';
import { SinkLink, type ToldEvents } from './simulated-sink.ts';
import type { SimulatedStore } from './simulated-store.ts';
import { StoreLink } from './store-link.ts';
import type { Weather } from './weather.ts';
import type { World } from './world.ts';

/** What one seed's replicas have in common. */
type Settings = Readonly<{
  leaseMs: number;
  sweepMs: number;
  maxBatchRecords: number;
  maxQueuedRecords: number;
  /** Absent: all stays in memory, and a replay begins at the first batch. */
  memory: MemoryOptions | undefined;
}>;

/** What is around the replicas of a shard. */
export type Surroundings = Readonly<{
  world: World;
  /** The shard's part of it. */
  store: SimulatedStore;
  told: ToldEvents;
  weather: Weather;
  codec: JournalCodec;
  settings: Settings;
}>;

type Wired = Readonly<{ replica: ShardReplica; log: LedgerLog; holder: Holder }>;

/** A process's replica of a shard, wired as transaction.module.ts does it, to simulated surroundings. */
export function wiredReplica(
  { shard, shards }: Readonly<{ shard: number; shards: number }>,
  process: SimulatedProcess,
  { world, store, told, weather, codec, settings }: Surroundings,
  deskOf: (shard: number) => ShardDesk,
): Wired {
  const { name } = process;
  const link = new StoreLink(world, process, store, weather);
  const log: LedgerLog = {
    info: (text) => world.note(() => `${name} says: ${text}`),
    warn: (text) => world.note(() => `${name} warns: ${text}`),
  };
  const common = { codec, scheduler: process, metrics: silent, log, journal: link.journal };
  let objects = 0;
  const memoryParts = {
    ...common,
    snapshots: new ProtobufSnapshotCodec(),
    chunks: link.chunks,
    checkpoints: link.checkpoints,
    digest: (bytes: Uint8Array) => hash('sha256', bytes, 'buffer'),
    newName: () => `${name}-o${++objects}`,
    newHashKey: () => Buffer.from(Array.from({ length: 8 }, () => world.random.below(256))),
  };
  let batchIds = 0;
  const { memory, ...bounds } = settings;
  const replica = new ShardReplica(
    { shard, shards, writer: name, address: name, maxBatchBytes: 350_000, ...bounds },
    {
      ...common,
      positions: link.positions,
      sink: new SinkLink(world, process, told, weather),
      leaseStore: link.lease,
      openMemory: async () => memory && openMemory(shard, memory, memoryParts),
      deskOf,
      sha256,
      newBatchId: () => `${name}-${++batchIds}`,
    },
  );
  const holder = { name, leadsWell: () => leadsWell(process, replica, link, world), lastCommitted: 0 };
  replica.ledger.onCommitted((batch) => {
    holder.lastCommitted = batch.header.sequence;
  });
  return { replica, log, holder };
}

/** Leads, and nothing stands in the way of its going on so. */
function leadsWell(process: SimulatedProcess, replica: ShardReplica, link: StoreLink, world: World): boolean {
  const isFree = !process.isDead && Math.max(process.pausedUntil, process.cutOffUntil) < world.now;
  return isFree && replica.role === 'leader' && !replica.isEnding && link.isWell && replica.lease.isSure();
}

export const silent: LedgerMetrics = {
  batchCommitted: () => undefined,
  appendFailed: () => undefined,
  queueDepth: () => undefined,
  replayed: () => undefined,
  authorized: () => undefined,
  publisherLag: () => undefined,
  courierLag: () => undefined,
  working: () => undefined,
};
