import type { LeaseStore } from '../../src/application/lease.ts';
import type { CheckpointStore, ChunkStore } from '../../src/application/memory/ports.ts';
import type { EncodedBatch, FollowerPositions, Journal } from '../../src/application/ports.ts';
import type { SimulatedProcess } from './simulated-process.ts';
import { type SimulatedStore, StoreTrouble } from './simulated-store.ts';
import type { Weather } from './weather.ts';
import type { World } from './world.ts';

/** After so long a caller gives up waiting, whatever becomes of the request. */
const timeoutMs = 1_000;

/** A process's way to the store: every operation takes time, and may fail before or after it took effect. */
export class StoreLink {
  readonly journal: Journal = {
    append: (batch) => this.append(batch),
    read: (_shard, from) => this.call(`read from ${from}`, () => this.store.read(from)),
    readRange: (_shard, from, count) => this.call(`read ${count} from ${from}`, () => this.store.read(from, count)),
    readOne: (_shard, sequence) => this.call(`read ${sequence}`, () => this.store.readOne(sequence)),
  };
  readonly lease: LeaseStore = {
    read: () => this.call('read lease', () => this.store.readLease()),
    put: (_shard, item) =>
      this.call(`put lease ${item.version} of ${item.holder || 'nobody'}`, () => this.store.putLease(item)),
  };
  readonly positions: FollowerPositions = {
    load: (follower) => this.call('load position', () => this.store.loadPosition(follower)),
    save: (follower, _shard, at) => this.call(`save position ${at}`, () => this.store.savePosition(follower, at)),
  };
  readonly chunks: ChunkStore = {
    register: (shard, name) => this.call(`register ${name}`, () => this.store.chunks.register(shard, name)),
    put: (name, at, bytes) => this.call(`put ${name}#${at}`, () => this.store.chunks.put(name, at, bytes)),
    get: (name, some) => this.call(`get ${name}#${some}`, () => this.store.chunks.get(name, some)),
    registered: (shard) => this.call('registered', () => this.store.chunks.registered(shard)),
    remove: (shard, name) => this.call(`remove ${name}`, () => this.store.chunks.remove(shard, name)),
  };
  readonly checkpoints: CheckpointStore = {
    publish: (shard, at, bytes) =>
      this.call(`publish checkpoint ${at}`, () => this.store.checkpoints.publish(shard, at, bytes)),
    list: (shard) => this.call('list checkpoints', () => this.store.checkpoints.list(shard)),
    remove: (shard, at) => this.call(`remove checkpoint ${at}`, () => this.store.checkpoints.remove(shard, at)),
  };
  /** As the real adapter's ConnectionWatch. */
  private wasClosed = false;
  /** Until then something that went wrong is not over. */
  private troubledUntil = 0;
  private life: number;

  constructor(
    private readonly world: World,
    private readonly process: SimulatedProcess,
    private readonly store: SimulatedStore,
    private readonly weather: Weather,
  ) {
    this.life = store.life;
  }

  /** Whether nothing goes wrong here now, and nothing that did is still to be felt. */
  get isWell(): boolean {
    return !this.wasClosed && this.troubledUntil < this.world.now;
  }

  private async append(batch: EncodedBatch): Promise<'appended' | 'taken'> {
    const wasClosed = this.wasClosed || this.life !== this.store.life;
    this.wasClosed = false;
    this.life = this.store.life;
    if (wasClosed) throw new StoreTrouble('a connection to the store was closed since the last append');
    return this.call(`append ${batch.header.sequence}`, () => this.store.append(batch));
  }

  private call<Result>(label: string, effect: () => Result | Promise<Result>): Promise<Result> {
    const { world, process, store, weather } = this;
    const fate = process.cutOffUntil > world.now ? 'lost_before' : weather.fateOfRequest();
    if (fate !== 'well') world.count(`store: ${fate}`);
    const outlivesCaller = world.random.chance(0.7);
    const { life } = store;
    return new Promise((resolve, reject) => {
      const fail = (delayMs: number, why: string, closes: boolean) => {
        this.troubledUntil = Math.max(this.troubledUntil, world.now + delayMs + timeoutMs);
        const failed = () => {
          this.wasClosed ||= closes;
          reject(new StoreTrouble(`${label}: ${why}`));
        };
        world.after(delayMs, `${label}: ${why}`, failed, process);
      };
      const backMs = weather.latencyMs();
      if (fate === 'lost_before') return fail(world.random.skewed(0.2, timeoutMs), 'connection reset', true);
      if (fate === 'throttled') return fail(weather.latencyMs() + backMs, 'throttled', false);
      const thereMs = fate === 'late' ? world.random.between(timeoutMs / 2, 4_000) : weather.latencyMs();
      if (thereMs + backMs > timeoutMs) fail(timeoutMs, 'timed out', true);
      const arrive = () => {
        if (process.isDead && !outlivesCaller) return;
        if (store.life !== life || store.isDown) return fail(backMs, 'connection refused', true);
        const result = effect();
        const isLost = () => fate === 'lost_after' || store.life !== life || process.cutOffUntil > world.now;
        const comeBack = () => {
          if (!isLost()) return resolve(result);
          this.wasClosed = true;
          reject(new StoreTrouble(`${label}: connection reset`));
        };
        world.after(backMs, `${label} is answered`, comeBack, process);
      };
      world.after(thereMs, `${label} arrives from ${process.name}`, arrive, undefined, true);
    });
  }
}
