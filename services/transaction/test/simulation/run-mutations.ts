import { simulationWith } from './mutated-sources.ts';
import type { Simulation } from './mutation.ts';
import { mutations } from './mutations.ts';
import type { Violation } from './world.ts';

/** What became of a mutation: which promise it broke first, and under which seed. */
export type Finding = Readonly<{ name: string; rule?: string | undefined; detail?: string; seed?: number }>;

type Options = Readonly<{ simulation: Simulation; seeds: number; operations: number; only: string }>;

/** Tries each mutation that a simulation must notice with seed after seed until one of them breaks a promise, and tells each finding. */
export async function tryMutations(
  { simulation, seeds, operations, only }: Options,
  tell: (finding: Finding) => void,
): Promise<void> {
  const some = mutations.filter((one) => one.simulation === simulation && one.name.includes(only));
  for (const { name, edits, firstSeed = 1 } of some) {
    const { runSeed } = await simulationWith(name, edits, simulation);
    let violation: Violation | undefined;
    let seed = firstSeed - 1;
    while (!violation && seed < firstSeed - 1 + seeds) {
      seed += 1;
      ({ violation } = await runSeed(seed, { operations }));
    }
    tell(violation ? { name, rule: violation.rule, detail: violation.detail, seed } : { name });
  }
}
