import type { Role } from '../../../src/application/leadership.ts';
import type { Holder, Victims } from '../nemesis.ts';
import { SimulatedProcess } from '../simulated-process.ts';
import { ShardedProcess, type ShardedSurroundings } from './sharded-process.ts';

/** The processes of a ledger of several shards. Each place holds one after the other. */
export class ShardedCluster implements Victims<ShardedProcess> {
  readonly places: ShardedProcess[] = [];
  onRole: (one: ShardedProcess) => void = () => undefined;
  private started = 0;
  private isCalm = false;
  private readonly handOverEveryMs: number;

  constructor(
    private readonly around: ShardedSurroundings,
    size: number,
  ) {
    for (let place = 0; place < size; place++) this.start(place);
    this.handOverEveryMs = around.world.random.between(500, 6_000);
    this.handOverLater();
  }

  get leaders(): ShardedProcess[] {
    return this.places.filter(({ leadsAny }) => leadsAny);
  }

  leadersOf(shard: number): ShardedProcess[] {
    return this.places.filter((one) => one.leads(shard));
  }

  /** Those who lead a shard, as they stand to its journal's last batch. */
  holdersOf(shard: number): Holder[] {
    return this.places.flatMap((one) => one.holderOf(shard));
  }

  at(address: string | undefined): ShardedProcess | undefined {
    return this.places.find(({ name }) => name === address);
  }

  /** A new process at a place where none lives. */
  start(place: number): void {
    if (this.places[place]?.isUp) return;
    const { world } = this.around;
    this.started += 1;
    const process = new SimulatedProcess(`r${place}.${this.started}`, world);
    const one = new ShardedProcess(place, process, this.around, (address) => this.at(address));
    this.places[place] = one;
    const onRole = (_shard: number, role: Role) => {
      if (role === 'leader') world.count('leaderships');
      this.onRole(one);
    };
    world.after(0, 'starts', () => one.start(onRole), process);
  }

  kill({ name, process }: ShardedProcess): void {
    this.around.world.note(() => `${name} is killed`);
    process.kill();
  }

  /** As on SIGTERM: it hands over, and ends. */
  stop(one: ShardedProcess): void {
    const { world } = this.around;
    if (!one.isUp || one.isStopping) return;
    const begin = () => {
      one.stop().catch((error: unknown) => world.broken('nothing throws', `stop: ${String(error)}`));
    };
    world.after(0, 'is told to stop', begin, one.process);
  }

  /** Nothing is paused, cut off or dead any more, and whoever leads goes on. */
  heal(): void {
    this.isCalm = true;
    this.places.forEach(({ process }, place) => {
      process.pausedUntil = 0;
      process.cutOffUntil = 0;
      this.start(place);
    });
  }

  private ledBy(one: ShardedProcess): number[] {
    return one.replicas.flatMap(({ shard }) => (one.leads(shard) ? [shard] : []));
  }

  /** Shards go from one to the other, as they do when processes share them out. */
  private handOverLater(): void {
    const { world } = this.around;
    world.after(world.random.between(0, 2 * this.handOverEveryMs), 'hands over', () => {
      if (this.isCalm) return;
      const led = this.leaders.flatMap((one) => this.ledBy(one).map((shard) => () => one.handOver(shard)));
      // What only a leader has must not go with it.
      const isQuiet = this.around.shards.some(({ store }) => store.hasLost);
      if (led.length > 0 && !isQuiet) {
        world.count('fault: handed over');
        world.random.pick(led)();
      }
      this.handOverLater();
    });
  }
}
