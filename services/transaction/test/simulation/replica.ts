import { hash } from 'node:crypto';
import { ProtobufSnapshotCodec } from '../../src/adapters/protobuf/snapshot-codec.ts';
import { AuthorizePurchase } from '../../src/application/authorize-purchase.ts';
import type { Role } from '../../src/application/leadership.ts';
import type { Ledger } from '../../src/application/ledger.ts';
import { openMemory } from '../../src/application/memory/open-memory.ts';
import type { MemoryOptions } from '../../src/application/memory/shard-memory.ts';
import type { JournalCodec, LedgerLog, LedgerMetrics } from '../../src/application/ports.ts';
import { ShardReplica } from '../../src/application/shards/shard-replica.ts';
import { alone } from '../live-ledger.ts';
import { sha256 } from '../paper-ledger.ts';
import { SimulatedCards } from './simulated-cards.ts';
import type { SimulatedProcess } from './simulated-process.ts';
import { SinkLink, type ToldEvents } from './simulated-sink.ts';
import type { SimulatedStore } from './simulated-store.ts';
import { StoreLink } from './store-link.ts';
import type { Weather } from './weather.ts';
import type { World } from './world.ts';

const shard = 0;

/** What one seed's replicas have in common. */
type Settings = Readonly<{
  leaseMs: number;
  sweepMs: number;
  maxBatchRecords: number;
  maxQueuedRecords: number;
  /** Absent: all stays in memory, and a replay begins at the first batch. */
  memory: MemoryOptions | undefined;
}>;

export type Surroundings = Readonly<{
  world: World;
  store: SimulatedStore;
  told: ToldEvents;
  weather: Weather;
  codec: JournalCodec;
  settings: Settings;
}>;

/**
 * One process of the service: the real application, wired as transaction.module.ts does it, to simulated
 * surroundings.
 */
export class Replica {
  readonly authorizePurchase: AuthorizePurchase;
  /** The last batch of its own that it was told is durable. */
  lastCommitted = 0;
  isStopping = false;
  private readonly replica: ShardReplica;
  private readonly link: StoreLink;

  constructor(
    readonly place: number,
    readonly process: SimulatedProcess,
    private readonly around: Surroundings,
  ) {
    const { world, store, told, weather, codec, settings } = around;
    this.link = new StoreLink(world, process, store, weather);
    const { link } = this;
    const { name } = process;
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
    this.replica = new ShardReplica(
      { shard, shards: 1, writer: name, address: name, maxBatchBytes: 350_000, ...bounds },
      {
        ...common,
        positions: link.positions,
        sink: new SinkLink(world, process, told, weather),
        leaseStore: link.lease,
        openMemory: async () => memory && openMemory(shard, memory, memoryParts),
        deskOf: () => this.replica.desk,
        sha256,
        newBatchId: () => `${name}-${++batchIds}`,
      },
    );
    this.authorizePurchase = new AuthorizePurchase({
      ...common,
      ledger: this.ledger,
      shardedLedger: alone(this.ledger),
      cards: new SimulatedCards(world, process),
      cardCheckDeadlineMs: 100,
    });
  }

  get ledger(): Ledger {
    return this.replica.ledger;
  }

  get role(): Role {
    return this.replica.role;
  }

  get name(): string {
    return this.process.name;
  }

  get isUp(): boolean {
    return !this.process.isDead;
  }

  get leads(): boolean {
    return this.isUp && this.role === 'leader';
  }

  isSureToLead(): boolean {
    return this.replica.lease.isSure();
  }

  /** Leads, and nothing stands in the way of its going on so. */
  get leadsWell(): boolean {
    const { pausedUntil, cutOffUntil } = this.process;
    const isFree = Math.max(pausedUntil, cutOffUntil) < this.around.world.now;
    return this.leads && !this.isStopping && isFree && this.link.isWell && this.isSureToLead();
  }

  get leaderAddress(): string | undefined {
    return this.replica.leaderAddress;
  }

  start(onRole: (role: Role) => void): void {
    this.ledger.onCommitted((batch) => {
      this.lastCommitted = batch.header.sequence;
    });
    this.replica.start((role) => {
      this.around.world.note(() => `${this.name} is ${role} now`);
      onRole(role);
    });
  }

  /** As on SIGTERM. */
  async stop(): Promise<void> {
    this.isStopping = true;
    await this.replica.stop();
    await this.replica.ended();
    this.process.kill();
  }
}

const silent: LedgerMetrics = {
  batchCommitted: () => undefined,
  appendFailed: () => undefined,
  queueDepth: () => undefined,
  replayed: () => undefined,
  authorized: () => undefined,
  publisherLag: () => undefined,
};
