import { AccountLedger } from '../../test/account-ledger.ts';
import { type Entry, isMovement } from './entry.ts';
import { changesHold, type Hold, withEntry } from './hold.ts';
import { type Line, linesOf } from './line.ts';

function ledger(): AccountLedger {
  return new AccountLedger('acc_1');
}

/** The lines of an account as they are once all these entries have arrived, in the entries' order. */
function linesAfter(entries: readonly Entry[]): Line[] {
  const movements = entries.filter(isMovement);
  const holds = new Map<string, Hold>();
  for (const entry of movements.filter(changesHold)) {
    holds.set(entry.transactionId, withEntry(holds.get(entry.transactionId), entry));
  }
  return movements.flatMap((entry) => linesOf(entry, changesHold(entry) ? holds.get(entry.transactionId) : undefined));
}

const linesIn = (account: AccountLedger) => linesAfter(account.entries);

test('a held purchase is pending, negative, and has no balance yet', () => {
  const account = ledger();
  account.hold(10_000n, 'Padaria');
  expect(linesIn(account)).toEqual([
    {
      key: { accountId: 'acc_1', transactionId: 'txn_acc_1_000001', role: 'purchase' },
      kind: 'purchase',
      status: 'pending',
      sequence: 2n,
      amount: -10_000n,
      balance: undefined,
      occurredAt: new Date('2026-03-01T12:00:01.000Z'),
      postedAt: undefined,
      text: {
        currency: 'BRL',
        description: 'Padaria',
        merchantId: 'mer_1',
        orderId: 'ord_1',
        cardId: 'card_1',
        cardLastFour: '1234',
        installments: 3,
        authorizationCode: 'A1B2C3',
      },
    },
  ]);
});

test('a captured purchase is the same line, posted with what was captured and the balance after it', () => {
  const account = ledger();
  account.transfer(50_000n);
  const purchase = account.hold(10_000n);
  const [, pending] = linesIn(account);
  purchase.capture(8_000n, true);
  const [, line, ...more] = linesIn(account);
  expect(line).toMatchObject({ status: 'posted', sequence: 4n, amount: -8_000n, balance: 42_000n });
  expect([line?.key, line?.occurredAt, line?.text]).toEqual([pending?.key, pending?.occurredAt, pending?.text]);
  expect(line?.postedAt).toEqual(new Date('2026-03-01T12:00:03.000Z'));
  expect(more).toEqual([]);
});

test('a capture in part is a posted line of its own, and the purchase’s line stays pending with the rest', () => {
  const account = ledger();
  const purchase = account.hold(10_000n);
  purchase.capture(3_000n);
  const before = linesIn(account);
  expect(before).toMatchObject([
    { key: { role: 'purchase-00000000000000000003' }, status: 'posted', amount: -3_000n, balance: -3_000n },
    { key: { role: 'purchase' }, status: 'pending', amount: -7_000n, sequence: 3n },
  ]);
  account.transfer(-500n);
  purchase.capture(7_000n);
  expect(linesIn(account)).toMatchObject([
    before[0],
    { kind: 'transfer_out', amount: -500n, balance: -3_500n },
    { key: { role: 'purchase' }, status: 'posted', amount: -7_000n, balance: -10_500n, sequence: 5n },
  ]);
});

test('an increased hold is the same pending line with more, and is captured as one', () => {
  const account = ledger();
  const purchase = account.hold(10_000n);
  purchase.increase(2_500n);
  expect(linesIn(account)).toMatchObject([
    { key: { role: 'purchase' }, status: 'pending', amount: -12_500n, sequence: 3n },
  ]);
  purchase.capture(12_500n);
  expect(linesIn(account)).toMatchObject([{ key: { role: 'purchase' }, status: 'posted', amount: -12_500n }]);
});

test('each line of a posting is a line, also where an account has several of one', () => {
  const account = ledger();
  account.post(-10_000n, -150n);
  account.post(700n);
  const lines = linesIn(account);
  expect(lines).toMatchObject([
    { kind: 'posting', status: 'posted', amount: -10_000n, balance: -10_000n, text: { description: 'Pix' } },
    { kind: 'posting', status: 'posted', amount: -150n, balance: -10_150n },
    { kind: 'posting', status: 'posted', amount: 700n, balance: -9_450n },
  ]);
  expect(new Set(lines.map(({ key }) => `${key.transactionId} ${key.role}`)).size).toBe(3);
  expect(lines[0]?.key.transactionId).toBe(lines[1]?.key.transactionId);
});

test.each(['release', 'expire'] as const)('a hold that ends by %s shows what was held, as released', (end) => {
  const account = ledger();
  account.hold(10_000n)[end]();
  expect(linesIn(account)).toMatchObject([
    { status: 'released', sequence: 3n, amount: -10_000n, balance: undefined, postedAt: undefined },
  ]);
});

test('what is released after a capture in part is the purchase’s line, with the rest that was held', () => {
  const account = ledger();
  const purchase = account.hold(10_000n);
  purchase.capture(3_000n);
  purchase.release();
  expect(linesIn(account)).toMatchObject([
    { key: { role: 'purchase-00000000000000000003' }, status: 'posted', amount: -3_000n },
    { key: { role: 'purchase' }, status: 'released', amount: -7_000n, sequence: 4n },
  ]);
});

test('a refund is a line of its own, and so is each further one', () => {
  const account = ledger();
  const purchase = account.hold(10_000n);
  purchase.capture(10_000n);
  purchase.refund(4_000n);
  purchase.refund(6_000n);
  expect(linesIn(account).map(({ kind, amount, balance, sequence }) => ({ kind, amount, balance, sequence }))).toEqual([
    { kind: 'purchase', amount: -10_000n, balance: -10_000n, sequence: 3n },
    { kind: 'refund', amount: 4_000n, balance: -6_000n, sequence: 4n },
    { kind: 'refund', amount: 6_000n, balance: 0n, sequence: 5n },
  ]);
});

test('transfers are in or out by their sign; a reversal is named so either way', () => {
  const account = ledger();
  account.transfer(900n);
  account.transfer(-300n);
  account.reverse(300n);
  account.reverse(-900n);
  expect(linesIn(account).map(({ kind, amount, status }) => [kind, amount, status])).toEqual([
    ['transfer_in', 900n, 'posted'],
    ['transfer_out', -300n, 'posted'],
    ['reversal', 300n, 'posted'],
    ['reversal', -900n, 'posted'],
  ]);
});

test('a capture in the account’s favour is a sale, when it was booked', () => {
  const account = ledger();
  account.sell(7_500n);
  expect(linesIn(account)).toMatchObject([{ kind: 'sale', status: 'posted', amount: 7_500n, balance: 7_500n }]);
  expect(linesIn(account)[0]?.occurredAt).toEqual(new Date('2026-03-01T12:00:01.000Z'));
});

test('a capture that arrives before its hold is posted at once, and the hold changes nothing', () => {
  const account = ledger();
  account.hold(10_000n, 'Padaria').capture(10_000n);
  const early = linesAfter(account.entries.slice(2));
  expect(early).toMatchObject([{ status: 'posted', amount: -10_000n }]);
  expect(linesIn(account)).toEqual(early);
});

test('a release that arrives before its hold already tells the amount', () => {
  const account = ledger();
  account.hold(10_000n).release();
  expect(linesAfter(account.entries.slice(2))).toMatchObject([{ status: 'released', amount: -10_000n }]);
});
