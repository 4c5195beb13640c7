import { setTimeout as wait } from 'node:timers/promises';
import type { Random } from '../simulation/random.ts';
import type { Faults, Scene } from './faults.ts';

type Disturbance = Readonly<{
  /** Whether faults have happened for long enough. */
  isOver: () => boolean;
  /** Ends it before that. */
  stopping: AbortSignal;
  /** How often each fault has happened. */
  counts: Map<string, number>;
  /** What went wrong that must not, at a fault. */
  failures: string[];
  tell: (line: string) => void;
}>;

/** Makes faults happen in a lane, one after the other: each once, in some order, and then any, until it is over. */
export async function keepDisturbing(
  lane: Faults,
  scene: Scene,
  random: Random,
  { isOver, stopping, counts, failures, tell }: Disturbance,
): Promise<void> {
  const names = Object.keys(lane);
  const firstRound = shuffled(names, random);
  for (;;) {
    const name = firstRound.shift() ?? (isOver() ? undefined : random.pick(names));
    const fault = name === undefined ? undefined : lane[name];
    if (name === undefined || fault === undefined || stopping.aborted) return;
    // Once all have happened there is time in between for the bank to do some work.
    await wait(isOver() || firstRound.length > 0 ? random.between(100, 900) : random.between(500, 4_000));
    const since = performance.now();
    await fault(scene).catch((error: unknown) => {
      failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    });
    counts.set(name, (counts.get(name) ?? 0) + 1);
    tell(`${name}: ${((performance.now() - since) / 1_000).toFixed(1)} s; ${scene.acknowledged()} acknowledged by now`);
  }
}

function shuffled<Value>(values: readonly Value[], random: Random): Value[] {
  const drawn = values.map((value) => ({ value, at: random.next() }));
  return drawn.sort((one, other) => one.at - other.at).map(({ value }) => value);
}

/** Lets one after the other do what must not happen at the same time. */
export function turns(): (work: () => Promise<void>) => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return (work) => {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  };
}
