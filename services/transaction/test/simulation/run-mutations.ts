import { simulationWith } from './mutated-sources.ts';
import { mutations } from './mutations.ts';
import type { Violation } from './world.ts';

/** What became of a mutation: which promise it broke first, and under which seed. */
export type Finding = Readonly<{ name: string; rule?: string | undefined; detail?: string; seed?: number }>;

/** Tries each mutation with seed after seed until one of them breaks a promise, and tells each finding. */
export async function tryMutations(
  { seeds, operations, only = '' }: Readonly<{ seeds: number; operations: number; only?: string }>,
  tell: (finding: Finding) => void,
): Promise<void> {
  for (const { name, edits } of mutations.filter((mutation) => mutation.name.includes(only))) {
    const { runSeed } = await simulationWith(name, edits);
    let violation: Violation | undefined;
    let seed = 0;
    while (!violation && seed < seeds) {
      seed += 1;
      ({ violation } = await runSeed(seed, { operations }));
    }
    tell(violation ? { name, rule: violation.rule, detail: violation.detail, seed } : { name });
  }
}
