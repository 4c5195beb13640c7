import type { World } from '../world.ts';

/** What can become of a call from one process to another. */
export type CallFate = 'well' | 'lost_before' | 'lost_after' | 'late' | 'answered_late' | 'twice';

/** What one seed's network between processes is like. */
export class Ways {
  /** Nothing fails while it is calm. */
  calm = false;
  private readonly shares: ReadonlyArray<readonly [CallFate, number]>;

  constructor(private readonly world: World) {
    const { random } = world;
    // As with the store: each seed has its own mixture, some of them none of a kind.
    const share = (most: number) => (random.chance(0.6) ? random.next() * most : 0);
    this.shares = [
      ['lost_before', share(0.15)],
      ['lost_after', share(0.2)],
      ['late', share(0.1)],
      ['answered_late', share(0.2)],
      ['twice', share(0.2)],
    ];
  }

  fateOfCall(): CallFate {
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
    return this.world.random.skewed(0.2, 8);
  }
}
