import { cents } from '@ipe/money/cents';
import { openingBalance } from './account.ts';
import { latestOfEach } from './latest-of-each.ts';

const event = (accountId: string, sequence: bigint) => ({
  accountId,
  balance: { ...openingBalance(cents(0n)), sequence },
});

test('of each account the highest sequence is kept, in whatever order they come', () => {
  const [first, third, second, other] = [event('a', 1n), event('a', 3n), event('a', 2n), event('b', 1n)];
  expect([...latestOfEach([first, third, second, other])]).toEqual([
    ['a', third],
    ['b', other],
  ]);
});

test('of a repeated event the first is kept', () => {
  const [first, again] = [event('a', 1n), event('a', 1n)];
  expect(latestOfEach([first, again]).get('a')).toBe(first);
});
