import type { Simulation } from './mutation.ts';
import { mutations } from './mutations.ts';
import { simulate } from './simulate.ts';

test('the simulation notices each of the ways in which the write path can be broken', async () => {
  expect(caughtIn(await simulate('--mutations', '--seeds', '200'))).toEqual(namesOf('oneShard'));
}, 240_000);

test('the simulation across shards notices each of the ways in which money could be lost between them', async () => {
  expect(caughtIn(await simulate('--shards', '--mutations', '--seeds', '200'))).toEqual(namesOf('acrossShards'));
}, 240_000);

function caughtIn(printed: string): Array<string | undefined> {
  return [...printed.matchAll(/^(\S.*)\n {4}seed \d+: \S/gm)].map(([, name]) => name);
}

function namesOf(simulation: Simulation): string[] {
  return mutations.filter((mutation) => mutation.simulation === simulation).map(({ name }) => name);
}
