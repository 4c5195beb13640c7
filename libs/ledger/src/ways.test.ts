import { shardOf } from './shard-of.ts';
import { transactionId } from './transaction-id.ts';
import { leaderText, Ways } from './ways.ts';

function learned(...leaders: Array<[shard: number, address: string]>): Ways {
  const ways = new Ways();
  for (const [shard, address] of leaders) ways.learn(leaderText({ shard, shards: 4, address }));
  return ways;
}

test('knows no way before it was told one', () => {
  expect(new Ways().to({ fromAccountId: 'acc_ana' })).toBeUndefined();
});

test('leads to the leader of the shard that a request belongs to, as far as it was told', () => {
  const home = shardOf('acc_ana', 4);
  const [next, last] = [(home + 1) % 4, (home + 2) % 4];
  const ways = learned([next, '10.0.0.2:50051'], [home, '10.0.0.1:50051']);
  expect(ways.to({ fromAccountId: 'acc_ana' })).toBe('10.0.0.1:50051');
  expect(ways.to({ transactionId: transactionId({ shard: next, sequence: 1, index: 0 }) })).toBe('10.0.0.2:50051');
  expect(ways.to({ transactionId: transactionId({ shard: last, sequence: 1, index: 0 }) })).toBeUndefined();
  expect(ways.to({})).toBeUndefined();
});

test('the last word counts, and what is forgotten is not known any more', () => {
  const ways = learned([1, 'a:1'], [2, 'a:1'], [3, 'b:1'], [1, 'b:1']);
  ways.forget('a:1');
  const to = (shard: number) => ways.to({ transactionId: transactionId({ shard, sequence: 1, index: 0 }) });
  expect([to(1), to(2), to(3)]).toEqual(['b:1', undefined, 'b:1']);
});

test.each(['', 'nonsense', '1/4', '1 a:1', '12345/4 a:1'])('ignores %p', (text) => {
  const ways = new Ways();
  ways.learn(text);
  expect(ways.to({ transactionId: transactionId({ shard: 1, sequence: 1, index: 0 }) })).toBeUndefined();
});
