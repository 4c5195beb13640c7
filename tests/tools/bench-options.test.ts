import { parseOptions } from '../../bench/options.mjs';

test('the short form has its own sizes, and what is said counts', () => {
  expect(parseOptions(['uniform']).options).toMatchObject({ quick: false, rounds: 5, seconds: 10, accounts: 1_000 });
  expect(parseOptions(['scale']).options?.large).toEqual({ accounts: 1_000_000, transfers: 5_000_000 });
  const quick = parseOptions(['scale', '--quick', '--accounts', '5000']);
  expect(quick.name).toBe('scale');
  expect(quick.options).toMatchObject({ rounds: 3, accounts: 5_000, large: { accounts: 5_000, transfers: 20_000 } });
});

test.each([
  [['uniform', 'skewed'], 'one scenario at a time'],
  [['uniform', '--rounds', '2'], '--rounds must be a whole number from 3 on'],
  [['uniform', '--rounds', 'many'], '--rounds must be a whole number from 3 on'],
  [['uniform', '--fast'], '--fast'],
])('%j is refused with a reason', (args, reason) => {
  expect(parseOptions(args).problem).toContain(reason);
});
