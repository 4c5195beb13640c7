import { hash } from 'node:crypto';
import { ProtobufSnapshotCodec } from '../../src/adapters/protobuf/snapshot-codec.ts';
import { AuthorizePurchase } from '../../src/application/authorize-purchase.ts';
import { HoldSweeper } from '../../src/application/expire-holds.ts';
import { Leadership, type Role } from '../../src/application/leadership.ts';
import { Lease } from '../../src/application/lease.ts';
import { Ledger } from '../../src/application/ledger.ts';
import { openMemory } from '../../src/application/memory/open-memory.ts';
import type { MemoryOptions } from '../../src/application/memory/shard-memory.ts';
import { openSystemAccounts } from '../../src/application/open-system-accounts.ts';
import type { JournalCodec, LedgerLog, LedgerMetrics } from '../../src/application/ports.ts';
import { PublishEvents } from '../../src/application/publish-events.ts';
import { sha256 } from '../paper-ledger.ts';
import { SimulatedCards } from './simulated-cards.ts';
import type { SimulatedProcess } from './simulated-process.ts';
import { SinkLink, type ToldEvents } from './simulated-sink.ts';
import type { SimulatedStore } from './simulated-store.ts';
import { StoreLink } from './store-link.ts';
import type { Weather } from './weather.ts';
import type { World } from './world.ts';

const shard = 0;
const retryMs = 500;
const publisherEndsWithinMs = 2_000;

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
 * One process of the service: the real application, wired as transaction.module.ts and ledger-lifecycle.ts do it, to
 * simulated surroundings.
 */
export class Replica {
  readonly ledger: Ledger;
  readonly authorizePurchase: AuthorizePurchase;
  role: Role = 'recovering';
  /** The last batch of its own that it was told is durable. */
  lastCommitted = 0;
  isStopping = false;
  private readonly leadership: Leadership;
  private readonly lease: Lease;
  private readonly link: StoreLink;
  private readonly publisher: PublishEvents;
  private readonly sweeper: HoldSweeper;
  private readonly log: LedgerLog;
  private leading = new AbortController();
  private work: Promise<unknown> = Promise.resolve();

  constructor(
    readonly place: number,
    readonly process: SimulatedProcess,
    private readonly around: Surroundings,
  ) {
    const { world, store, told, weather, codec, settings } = around;
    this.link = new StoreLink(world, process, store, weather);
    const { link } = this;
    const { name } = process;
    this.log = {
      info: (text) => world.note(() => `${name} says: ${text}`),
      warn: (text) => world.note(() => `${name} warns: ${text}`),
    };
    const common = { codec, scheduler: process, metrics: silent, log: this.log, journal: link.journal };
    this.lease = new Lease({ shard, holder: name, address: name, leaseMs: settings.leaseMs }, link.lease, process);
    let batchIds = 0;
    this.ledger = new Ledger(
      { shard, writer: name, maxBatchBytes: 350_000, ...settings },
      { ...common, sha256, isSureToLead: () => this.isSureToLead(), newBatchId: () => `${name}-${++batchIds}` },
    );
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
    this.leadership = new Leadership(
      { shard, lookMs: settings.leaseMs / 12, renewMs: settings.leaseMs / 4 },
      {
        ...common,
        ledger: this.ledger,
        lease: this.lease,
        openMemory: async () => settings.memory && openMemory(shard, settings.memory, memoryParts),
      },
    );
    this.authorizePurchase = new AuthorizePurchase({
      ...common,
      ledger: this.ledger,
      cards: new SimulatedCards(world, process),
      cardCheckDeadlineMs: 100,
    });
    this.sweeper = new HoldSweeper(this.ledger, process, this.log, settings.sweepMs);
    const sink = new SinkLink(world, process, told, weather);
    this.publisher = new PublishEvents(shard, { ...common, positions: link.positions, sink });
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
    return this.lease.isSure();
  }

  /** Leads, and nothing stands in the way of its going on so. */
  get leadsWell(): boolean {
    const { pausedUntil, cutOffUntil } = this.process;
    const isFree = Math.max(pausedUntil, cutOffUntil) < this.around.world.now;
    return this.leads && !this.isStopping && isFree && this.link.isWell && this.isSureToLead();
  }

  get leaderAddress(): string | undefined {
    return this.leadership.leaderAddress;
  }

  start(onRole: (role: Role) => void): void {
    this.ledger.onCommitted((batch) => {
      this.lastCommitted = batch.header.sequence;
      this.publisher.wake(batch);
    });
    this.leadership.onRole((role) => {
      this.around.world.note(() => `${this.name} is ${role} now`);
      this.play(role);
      onRole(role);
    });
    this.leadership.start();
  }

  /** As on SIGTERM. */
  async stop(): Promise<void> {
    this.isStopping = true;
    await this.leadership.stop();
    this.leading.abort();
    await Promise.race([this.work, this.process.wait(publisherEndsWithinMs)]);
    this.process.kill();
  }

  private play(role: Role): void {
    this.role = role;
    this.leading.abort();
    if (role !== 'leader') return;
    this.leading = new AbortController();
    const { signal } = this.leading;
    this.work = this.work.then(() => this.lead(signal));
  }

  private async lead(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await openSystemAccounts(this.ledger);
        break;
      } catch (error) {
        this.log.warn(String(error));
        await this.process.wait(retryMs, signal);
      }
    }
    await Promise.all([this.sweeper.run(signal), this.publisher.run(signal)]);
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
