import { Replica } from './replica.ts';
import { SimulatedProcess } from './simulated-process.ts';
import type { Surroundings } from './wired-replica.ts';

/** The replicas of a shard. Each place holds one process after the other. */
export class Cluster {
  readonly places: Replica[] = [];
  /** Told when a replica's role changes: a good moment to kill it. */
  onRole: (replica: Replica) => void = () => undefined;
  private started = 0;

  constructor(
    private readonly around: Surroundings,
    size: number,
  ) {
    for (let place = 0; place < size; place++) this.start(place);
  }

  get leaders(): Replica[] {
    return this.places.filter(({ leads }) => leads);
  }

  /** A new process at a place where none lives. */
  start(place: number): void {
    if (this.places[place]?.isUp) return;
    const { world } = this.around;
    this.started += 1;
    const replica = new Replica(place, new SimulatedProcess(`r${place}.${this.started}`, world), this.around);
    this.places[place] = replica;
    const begin = () =>
      replica.start((role) => {
        if (role === 'leader') world.count('leaderships');
        this.onRole(replica);
      });
    world.after(0, 'starts', begin, replica.process);
  }

  kill(replica: Replica): void {
    this.around.world.note(() => `${replica.name} is killed`);
    replica.process.kill();
  }

  /** As on SIGTERM: it hands over, and ends. */
  stop(replica: Replica): void {
    const { world } = this.around;
    if (!replica.isUp || replica.isStopping) return;
    const begin = () => {
      replica.stop().catch((error: unknown) => world.broken('nothing throws', `stop: ${String(error)}`));
    };
    world.after(0, 'is told to stop', begin, replica.process);
  }

  /** Nothing is paused, cut off or dead any more. */
  heal(): void {
    this.places.forEach(({ process }, place) => {
      process.pausedUntil = 0;
      process.cutOffUntil = 0;
      this.start(place);
    });
  }
}
