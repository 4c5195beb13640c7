import { accountOfCard, cardNumber, pairs, pairsOfShards, purchases } from '../../bench/load/workloads.mjs';

type Pair = { from: number; to: number; cents: number };
const many = (next: () => Pair): Pair[] => Array.from({ length: 20_000 }, next);

test('nobody pays himself, and everybody is among the accounts', () => {
  for (const workload of ['uniform', 'skewed']) {
    const drawn = many(pairs({ workload, accounts: 10, seed: 3 }));
    expect(drawn.filter(({ from, to }) => from === to)).toEqual([]);
    expect(new Set(drawn.flatMap(({ from, to }) => [from, to]))).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
    expect(drawn.every(({ cents }) => Number.isInteger(cents) && cents >= 1 && cents <= 100)).toBe(true);
  }
});

test('of the skewed workload 70 % goes to one account', () => {
  const drawn = many(pairs({ workload: 'skewed', accounts: 1_000, seed: 5 }));
  const share = drawn.filter(({ to }) => to === 0).length / drawn.length;
  expect(share).toBeGreaterThan(0.69);
  expect(share).toBeLessThan(0.71);
});

test('between shards goes the share that was asked for, and nobody pays himself', () => {
  const places = Array.from({ length: 40 }, (_, account) => account % 4);
  const acrossOf = (across: number) => {
    const drawn: Pair[] = many(pairsOfShards({ places, across, seed: 7 }));
    expect(drawn.filter(({ from, to }) => from === to)).toEqual([]);
    expect(new Set(drawn.flatMap(({ from, to }) => [from, to])).size).toBe(40);
    return drawn.filter(({ from, to }) => places[from] !== places[to]).length / drawn.length;
  };
  expect(acrossOf(0)).toBe(0);
  expect(acrossOf(1)).toBe(1);
  expect(acrossOf(1 / 3)).toBeCloseTo(1 / 3, 1);
});

test('the same seed gives the same pairs to every system, and another seed others', () => {
  const first = (seed: number) => many(pairs({ workload: 'uniform', accounts: 1_000, seed })).slice(0, 50);
  expect(first(1)).toEqual(first(1));
  expect(first(1)).not.toEqual(first(2));
});

test('cards and shops are different accounts, and a card says whose it is', () => {
  const next = purchases({ accounts: 1_000, seed: 1 });
  const drawn = Array.from({ length: 5_000 }, next);
  expect(drawn.every(({ card, shop }) => shop < 100 && card >= 100 && card < 1_000)).toBe(true);
  expect(cardNumber(123_456)).toMatch(/^\d{16}$/);
  expect(accountOfCard(cardNumber(123_456))).toBe(123_456);
});
