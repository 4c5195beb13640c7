import { AccountLedger } from '../../test/account-ledger.ts';
import { isMovement } from './entry.ts';
import { type Line, type LineFacts, lineKeyOf, toLine, withEntry } from './line.ts';

function ledger(): AccountLedger {
  return new AccountLedger('acc_1');
}

/** The lines of an account, by role and transaction, from its entries in the order given. */
function linesOf(account: AccountLedger, order = (entries: AccountLedger['entries']) => entries): Line[] {
  const lines = new Map<string, LineFacts>();
  for (const entry of order(account.entries).filter(isMovement)) {
    const key = JSON.stringify(lineKeyOf(entry));
    lines.set(key, withEntry(lines.get(key), entry));
  }
  return [...lines.values()].map(toLine);
}

test('a held purchase is pending, negative, and has no balance yet', () => {
  const account = ledger();
  account.hold(10_000n, 'Padaria');
  expect(linesOf(account)).toEqual([
    {
      key: {
        accountId: 'acc_1',
        transactionId: 'txn_acc_1_000001',
        occurredAt: new Date('2026-03-01T12:00:01.000Z'),
        role: 'purchase',
      },
      kind: 'purchase',
      status: 'pending',
      sequence: 2n,
      amount: -10_000n,
      balance: undefined,
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
  purchase.capture(8_000n);
  purchase.release(2_000n);
  const [, line] = linesOf(account);
  expect(line).toMatchObject({ status: 'posted', sequence: 4n, amount: -8_000n, balance: 42_000n });
  expect(line?.key.occurredAt).toEqual(new Date('2026-03-01T12:00:02.000Z'));
  expect(line?.postedAt).toEqual(new Date('2026-03-01T12:00:03.000Z'));
});

test('captures in parts add up in one line, with the balance after the last', () => {
  const account = ledger();
  const purchase = account.hold(10_000n);
  purchase.capture(3_000n);
  account.transfer(-500n);
  purchase.capture(7_000n);
  const [line] = linesOf(account);
  expect(line).toMatchObject({ status: 'posted', sequence: 5n, amount: -10_000n, balance: -10_500n });
});

test.each(['release', 'expire'] as const)('a hold that ends by %s shows what was held, as released', (end) => {
  const account = ledger();
  account.hold(10_000n)[end](10_000n);
  expect(linesOf(account)).toMatchObject([
    { status: 'released', sequence: 3n, amount: -10_000n, balance: undefined, postedAt: undefined },
  ]);
});

test('a refund is a line of its own, and so is each further one', () => {
  const account = ledger();
  const purchase = account.hold(10_000n);
  purchase.capture(10_000n);
  purchase.refund(4_000n);
  purchase.refund(6_000n);
  expect(linesOf(account).map(({ kind, amount, balance, sequence }) => ({ kind, amount, balance, sequence }))).toEqual([
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
  expect(linesOf(account).map(({ kind, amount, status }) => [kind, amount, status])).toEqual([
    ['transfer_in', 900n, 'posted'],
    ['transfer_out', -300n, 'posted'],
    ['reversal', 300n, 'posted'],
    ['reversal', -900n, 'posted'],
  ]);
});

test('a capture in the account’s favour is a sale, when it was booked', () => {
  const account = ledger();
  account.sell(7_500n);
  expect(linesOf(account)).toMatchObject([{ kind: 'sale', status: 'posted', amount: 7_500n, balance: 7_500n }]);
  expect(linesOf(account)[0]?.key.occurredAt).toEqual(new Date('2026-03-01T12:00:01.000Z'));
});

test('a capture that arrives before its hold is posted at once, and the hold changes nothing', () => {
  const account = ledger();
  account.hold(10_000n, 'Padaria').capture(10_000n);
  const early = linesOf(account, (entries) => entries.slice(2));
  expect(early).toMatchObject([{ status: 'posted', amount: -10_000n }]);
  expect(linesOf(account, (entries) => entries.toReversed())).toEqual(linesOf(account));
});

test('a release that arrives before its hold already tells the amount', () => {
  const account = ledger();
  account.hold(10_000n).release(10_000n);
  expect(linesOf(account, (entries) => entries.slice(2))).toMatchObject([{ status: 'released', amount: -10_000n }]);
});
