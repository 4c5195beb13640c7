import type { SimulatedProcess } from './simulated-process.ts';
import type { SimulatedStore } from './simulated-store.ts';
import type { Truth } from './truth.ts';
import type { Weather } from './weather.ts';
import type { World } from './world.ts';

type Fault = 'kill' | 'pause' | 'terminate' | 'clock' | 'cutOff' | 'storeKilled' | 'storeSlow' | 'sinkAway';

/** A process, as far as it can be harmed. */
export type Victim = Readonly<{
  place: number;
  name: string;
  process: SimulatedProcess;
  isUp: boolean;
  isStopping: boolean;
}>;

/** A process, as it stands to a journal's last batch. */
export type Holder = Readonly<{
  name: string;
  /** Leads, and nothing stands in the way of its going on so. */
  leadsWell: () => boolean;
  /** The last batch of its own that it was told is durable. */
  lastCommitted: number;
}>;

/** A part of the store, and those who lead the shard that it is of. */
export type HeldStore = Readonly<{
  store: SimulatedStore;
  truth: Pick<Truth, 'end'>;
  leaders: () => readonly Holder[];
}>;

/** Processes that can be harmed. */
export interface Victims<One extends Victim> {
  readonly places: readonly One[];
  readonly leaders: readonly One[];
  /** Told when a replica's role changes: a good moment to kill it. */
  onRole: (one: One) => void;
  start(place: number): void;
  kill(one: One): void;
  stop(one: One): void;
  heal(): void;
}

/** Does harm, as much and of such kinds as the seed says, until it is told to stop. */
export class Nemesis<One extends Victim> {
  private readonly weights: Readonly<Record<Fault, number>>;
  private readonly everyMs: number;
  private killsAtTurns: number;
  private isOver = false;

  constructor(
    private readonly world: World,
    private readonly cluster: Victims<One>,
    /** Parts of one store, which are away together. */
    private readonly held: readonly HeldStore[],
    private readonly weather: Weather,
    private readonly farthestClockJumpMs = 3_600_000,
  ) {
    const { random } = world;
    const weight = () => (random.chance(0.4) ? random.next() : 0.01);
    this.weights = {
      kill: weight(),
      pause: weight(),
      terminate: weight(),
      clock: weight(),
      cutOff: weight(),
      storeKilled: weight(),
      storeSlow: weight(),
      sinkAway: weight(),
    };
    this.everyMs = random.skewed(600, 4_000);
    this.killsAtTurns = random.chance(0.4) ? 4 : 0;
    cluster.onRole = (replica) => this.mayKillSoon(replica);
    this.goOn();
  }

  /** No more harm, and what was done is undone; what is on its way still arrives. */
  stop(): void {
    this.isOver = true;
    this.weather.calm = true;
    for (const { store } of this.held) store.downUntil = 0;
    this.cluster.heal();
  }

  private goOn(): void {
    this.world.after(this.world.random.between(0, 2 * this.everyMs), 'nemesis', () => {
      if (this.isOver) return;
      if (!this.isQuiet()) this[this.world.random.weighted(this.weights)]();
      this.goOn();
    });
  }

  /**
   * A store that lost its last write is one harm too many at a time for any other: what only its leader has must not
   * die with it. (That a store may lose what it acknowledged is a weakness of DynamoDB Local, not of DynamoDB.)
   */
  private isQuiet(): boolean {
    return this.held.some(({ store }) => store.hasLost);
  }

  private someone(): One | undefined {
    const { random } = this.world;
    const { leaders, places } = this.cluster;
    const up = leaders.length > 0 && random.chance(0.7) ? leaders : places.filter(({ isUp }) => isUp);
    return up.length > 0 ? random.pick(up) : undefined;
  }

  private kill(replica = this.someone()): void {
    if (!replica?.isUp) return;
    this.world.count('fault: killed');
    this.cluster.kill(replica);
    this.startLater(replica, this.world.random.skewed(0, 1_500));
  }

  private startLater(replica: One, afterMs: number): void {
    this.world.after(afterMs, 'a new process', () => this.cluster.start(replica.place));
  }

  private pause(): void {
    const replica = this.someone();
    if (!replica) return;
    this.world.count('fault: paused');
    const ms = this.world.random.skewed(100, 5_000);
    this.world.note(() => `${replica.name} is paused for ${ms.toFixed(0)} ms`);
    replica.process.pausedUntil = this.world.now + ms;
  }

  private terminate(): void {
    const replica = this.someone();
    if (!replica || replica.isStopping) return;
    this.world.count('fault: told to stop');
    this.cluster.stop(replica);
    const look = (): void => {
      if (replica.isUp) this.world.after(100, 'waits for the end', look);
      else this.startLater(replica, this.world.random.skewed(0, 500));
    };
    look();
  }

  private clock(): void {
    const replica = this.someone();
    if (!replica) return;
    this.world.count('fault: clock set');
    const { random } = this.world;
    const mostMs = random.chance(0.1) ? this.farthestClockJumpMs : 3_000;
    const byMs = random.between(-mostMs, mostMs);
    this.world.note(() => `the clock of ${replica.name} jumps by ${byMs.toFixed(0)} ms`);
    replica.process.setClock(byMs);
  }

  private cutOff(): void {
    const replica = this.someone();
    if (!replica) return;
    this.world.count('fault: cut off from the store');
    const ms = this.world.random.between(20, 2_500);
    this.world.note(() => `${replica.name} is cut off from the store for ${ms.toFixed(0)} ms`);
    replica.process.cutOffUntil = this.world.now + ms;
  }

  private storeKilled(): void {
    this.world.count('fault: store killed');
    const { random } = this.world;
    const losable = random.chance(0.7) ? this.held.filter(isHeld) : [];
    const losing = losable.length > 1 ? random.pick(losable) : losable[0];
    if (losing) {
      this.world.count('fault: store lost its last batch');
      this.weather.calm = true;
      this.waitForCalmToEnd();
    }
    const downMs = random.between(5, losing ? 100 : 400);
    for (const held of this.held) held.store.kill(downMs, held === losing);
  }

  private waitForCalmToEnd(): void {
    this.world.after(20, 'is it brought back?', () => {
      if (this.isOver) return;
      if (this.isQuiet()) this.waitForCalmToEnd();
      else this.weather.calm = false;
    });
  }

  private storeSlow(): void {
    this.world.count('fault: store slow');
    this.weather.slowUntil = this.world.now + this.world.random.skewed(50, 3_000);
  }

  private sinkAway(): void {
    this.world.count('fault: events cannot be sent');
    this.weather.sinkAwayUntil = this.world.now + this.world.random.skewed(50, 4_000);
  }

  /** A takeover is torn. */
  private mayKillSoon(replica: One): void {
    const { random } = this.world;
    if (this.killsAtTurns === 0 || !random.chance(0.3)) return;
    this.killsAtTurns -= 1;
    const kill = () => {
      if (this.isOver || this.isQuiet()) return;
      this.world.count('fault: killed at a turn');
      this.kill(replica);
    };
    this.world.after(random.skewed(0, 40), 'nemesis at a turn', kill);
  }
}

/** Whether the one leader has the last batch, or has it on its way, and is well. */
function isHeld({ truth, leaders }: HeldStore): boolean {
  const last = truth.end;
  const [leader, other] = leaders();
  if (!last || !leader?.leadsWell() || other) return false;
  return last.header.writer === leader.name && leader.lastCommitted >= last.header.sequence - 1;
}
