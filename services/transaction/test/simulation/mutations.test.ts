import { mutations } from './mutations.ts';
import { simulate } from './simulate.ts';

test('the simulation notices each of the ways in which the write path can be broken', async () => {
  const printed = await simulate('--mutations', '--seeds', '200');
  const caught = [...printed.matchAll(/^(\S.*)\n {4}seed \d+: \S/gm)].map(([, name]) => name);
  expect(caught).toEqual(mutations.map(({ name }) => name));
}, 240_000);
