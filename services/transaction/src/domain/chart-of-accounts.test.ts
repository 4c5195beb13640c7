import { parseAsset } from './asset.ts';
import { chartOfAccounts } from './chart-of-accounts.ts';

test.each(Object.entries(chartOfAccounts))('%s has an id of the bank, a known currency and a sentence', (id, one) => {
  expect(id).toMatch(/^system:[a-z]+([:-][a-z]+)*$/);
  expect(parseAsset(one.currency)).toMatchObject({ code: one.currency });
  expect(one.says).toMatch(/^[A-Z].*\.$/);
});

test('only what the bank owes is kept from going below zero', () => {
  const bounded = Object.values(chartOfAccounts).filter(({ unbounded }) => !unbounded);
  expect(new Set(bounded.map(({ accountClass }) => accountClass))).toEqual(new Set(['LIABILITY']));
});
