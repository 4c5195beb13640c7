import type { World } from './world.ts';

/** What can become of a request to the store. */
type Fate = 'well' | 'lost_before' | 'lost_after' | 'throttled' | 'late';

/** What one seed's network, store and sink are like. */
export class Weather {
  /** Nothing fails while it is calm. */
  calm = false;
  /** Until then the store is slow. */
  slowUntil = 0;
  /** Until then the sink takes nothing. */
  sinkAwayUntil = 0;
  private readonly shares: ReadonlyArray<readonly [Fate, number]>;
  readonly sinkFails: number;
  readonly repliesLost: number;

  constructor(private readonly world: World) {
    const { random } = world;
    // Each seed has its own mixture, some of them none of a kind: rare combinations come up that way.
    const share = (most: number) => (random.chance(0.5) ? random.next() * most : 0);
    this.shares = [
      ['lost_before', share(0.06)],
      ['lost_after', share(0.06)],
      ['throttled', share(0.1)],
      ['late', share(0.03)],
    ];
    this.sinkFails = share(0.3);
    this.repliesLost = share(0.15);
  }

  fateOfRequest(): Fate {
    if (this.calm) return 'well';
    let rest = this.world.random.next();
    for (const [fate, share] of this.shares) {
      rest -= share;
      if (rest < 0) return fate;
    }
    return 'well';
  }

  /** One way. */
  latencyMs(): number {
    const ms = this.world.random.skewed(0.2, 6);
    return this.world.now < this.slowUntil && !this.calm ? ms * 30 : ms;
  }
}
