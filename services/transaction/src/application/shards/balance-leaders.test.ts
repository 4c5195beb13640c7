import { shardToAskFor } from './balance-leaders.ts';

function leaders(...some: Array<string | undefined>) {
  return some.map((leader, shard) => ({ shard, leader }));
}

test('a replica that leads two fewer than another asks it for one', () => {
  expect(shardToAskFor(leaders('a', 'a', 'a', 'a'))).toEqual({ shard: 3, leader: 'a' });
  expect(shardToAskFor(leaders('a', '', 'a', 'a'))).toEqual({ shard: 3, leader: 'a' });
  expect(shardToAskFor(leaders('b', '', 'b', 'a', 'b'))).toEqual({ shard: 4, leader: 'b' });
});

test('one less is even enough, and who leads most asks nobody', () => {
  expect(shardToAskFor(leaders('a', ''))).toBeUndefined();
  expect(shardToAskFor(leaders('a', '', 'a'))).toBeUndefined();
  expect(shardToAskFor(leaders('', '', '', ''))).toBeUndefined();
  expect(shardToAskFor(leaders('a'))).toBeUndefined();
});

test('nothing is asked while nobody is known to lead some shard', () => {
  expect(shardToAskFor(leaders('a', 'a', 'a', undefined))).toBeUndefined();
});
