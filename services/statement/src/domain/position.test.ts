import { AccountLedger } from '../../test/account-ledger.ts';
import { advance, hasGap, nowhere } from './position.ts';

const account = new AccountLedger('acc_1');
account.transfer(500n);
account.hold(200n);
account.transfer(-100n);
const { entries } = account;

test('a position moves over entries that follow, and has the balances after the last', () => {
  const position = advance(nowhere, entries);
  expect(position).toEqual({
    sequence: 4n,
    highest: 4n,
    posted: 400n,
    held: 200n,
    available: 100_200n,
    bookedAt: new Date('2026-03-01T12:00:03.000Z'),
  });
  expect(hasGap(position)).toBe(false);
});

test('a position stays before a gap and says so, and moves on over all when the missing entry arrives', () => {
  const before = advance(
    nowhere,
    [entries[0], entries[2], entries[3]].flatMap((entry) => entry ?? []),
  );
  expect(before).toMatchObject({ sequence: 1n, highest: 4n, posted: 0n });
  expect(hasGap(before)).toBe(true);
  const after = advance(before, entries.slice(1));
  expect(after).toMatchObject({ sequence: 4n, highest: 4n, posted: 400n });
  expect(hasGap(after)).toBe(false);
});

test('the order of arrival and repetitions do not matter', () => {
  expect(advance(nowhere, entries.toReversed())).toEqual(advance(nowhere, entries));
  expect(advance(advance(nowhere, entries), entries)).toEqual(advance(nowhere, entries));
});

test('an account whose first entry is missing is at the beginning, with a gap', () => {
  const position = advance(nowhere, entries.slice(1));
  expect(position).toMatchObject({ sequence: 0n, highest: 4n, posted: 0n });
  expect(hasGap(position)).toBe(true);
});
