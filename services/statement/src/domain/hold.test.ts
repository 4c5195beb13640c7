import { AccountLedger } from '../../test/account-ledger.ts';
import { type Entry, isMovement } from './entry.ts';
import { changesHold, type Hold, heldOf, isOpen, withEntry } from './hold.ts';

function holdOf(entries: readonly Entry[]): Hold {
  let hold: Hold | undefined;
  for (const entry of entries.filter(isMovement).filter(changesHold)) hold = withEntry(hold, entry);
  if (!hold) throw new Error('no entry of a hold');
  return hold;
}

test('a hold is open while something of it is held, whatever was captured in part', () => {
  const account = new AccountLedger('acc_1');
  const purchase = account.hold(10_000n);
  expect(isOpen(holdOf(account.entries))).toBe(true);
  purchase.capture(3_000n);
  const hold = holdOf(account.entries);
  expect([heldOf(hold), isOpen(hold), hold.placedAt, hold.changedAt]).toEqual([7_000n, true, 2n, 3n]);
  purchase.capture(7_000n);
  expect(isOpen(holdOf(account.entries))).toBe(false);
});

test.each(['release', 'expire'] as const)('a hold ends by %s', (end) => {
  const account = new AccountLedger('acc_1');
  account.hold(10_000n)[end]();
  expect(holdOf(account.entries)).toMatchObject({ released: 10_000n, ended: false });
  expect(isOpen(holdOf(account.entries))).toBe(false);
});

test('the order of its entries does not matter', () => {
  const account = new AccountLedger('acc_1');
  const purchase = account.hold(10_000n);
  purchase.capture(3_000n);
  purchase.capture(2_000n, true);
  expect(holdOf(account.entries.toReversed())).toEqual(holdOf(account.entries));
});

test('an increase holds more, and the hold stays where it was placed, whichever entry arrives first', () => {
  const account = new AccountLedger('acc_1');
  const purchase = account.hold(10_000n);
  purchase.capture(3_000n);
  purchase.increase(2_000n);
  const hold = holdOf(account.entries);
  expect([heldOf(hold), isOpen(hold), hold.placedAt, hold.changedAt]).toEqual([9_000n, true, 2n, 4n]);
  expect(holdOf(account.entries.toReversed())).toEqual(hold);
  purchase.capture(9_000n);
  expect(isOpen(holdOf(account.entries))).toBe(false);
});

test('an increase that arrives before its hold is not taken for an open one', () => {
  const account = new AccountLedger('acc_1');
  account.hold(10_000n).increase(500n);
  expect(isOpen(holdOf(account.entries.slice(2)))).toBe(false);
});

test('a capture that arrives before its hold is not taken for an open one', () => {
  const account = new AccountLedger('acc_1');
  const purchase = account.hold(10_000n);
  purchase.capture(3_000n);
  expect(isOpen(holdOf(account.entries.slice(2)))).toBe(false);
});

test('what has nothing to do with a hold changes none', () => {
  const account = new AccountLedger('acc_1');
  account.transfer(500n);
  account.sell(700n);
  account.reverse(-500n);
  account.post(900n, -100n);
  expect(account.entries.filter(isMovement).filter(changesHold)).toEqual([]);
});
