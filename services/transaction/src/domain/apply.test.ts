import { cents } from '@ipe/money/cents';
import { PaperLedger, type PaperLine, smallBank } from '../../test/paper-ledger.ts';
import { apply } from './apply.ts';
import { emptyLedger } from './ledger-state.ts';
import type { LedgerRecord } from './record.ts';

test('a record that does not follow is never applied', () => {
  const { records } = smallBank();
  const [first, second] = records;
  if (!first || !second) throw new Error('the bank has no records');
  const state = emptyLedger();
  apply(state, first);
  expect(() => apply(state, first)).toThrow('does not follow');
  expect(() => apply(state, { ...second, decidedAt: first.decidedAt - 1 })).toThrow('decided before');
});

test('an entry of an account that was never opened is damage, not a record', () => {
  const transfer = smallBank().records.at(-1);
  if (!transfer) throw new Error('the bank has no records');
  expect(() => apply(emptyLedger(), transfer)).toThrow('never opened');
});

test('time in the ledger never goes back, though the clock does', () => {
  const ledger = new PaperLedger();
  ledger.open('acc_1');
  const first = ledger.now;
  ledger.now -= 60_000;
  ledger.open('acc_2');
  expect(ledger.records.map(({ decidedAt }) => decidedAt)).toEqual([first, first]);
});

/** The last record of a bank, with another currency or another amount in one of its entries. */
function damaged(lines: readonly PaperLine[], add: bigint, at: number): { ledger: PaperLedger; record: LedgerRecord } {
  const ledger = smallBank();
  ledger.open('acc_points', 1_000n, 'LIABILITY', 'PONTOS/0');
  const { now } = ledger;
  const entries = lines.map(([accountId, amount]) => {
    const account = ledger.state.accounts.get(accountId);
    if (!account) throw new Error(`no account ${accountId}`);
    return { account, amount };
  });
  const transfer = ledger.records.find(({ change }) => change.kind === 'transaction');
  if (transfer?.change.kind !== 'transaction') throw new Error('the bank has no transfer');
  const [like] = transfer.change.entries;
  if (!like) throw new Error('the transfer has no entry');
  const written = entries.map(({ account, amount }, position) => {
    const postedDelta = cents(amount + (position === at ? add : 0n));
    const posted = cents(account.posted + postedDelta);
    const { accountId, sequence, held, limit } = account;
    return { ...like, accountId, sequence: sequence + 1, postedDelta, posted, heldDelta: cents(0n), held, limit };
  });
  const change = { ...transfer.change, entries: written };
  return { ledger, record: { ...transfer, decidedAt: now, idempotency: undefined, change } };
}

const two: PaperLine[] = [
  ['acc_ana', -5n],
  ['acc_shop', 5n],
];

test('entries that do not sum to zero are never applied', () => {
  const sound = damaged(two, 0n, 0);
  expect(() => apply(sound.ledger.state, sound.record)).not.toThrow();
  const wrong = [
    damaged(two, 1n, 0),
    damaged([...two, ['acc_card', 1n]], 0n, 0),
    damaged([['acc_ana', -5n]], 0n, 0),
    damaged(
      [
        ['acc_ana', -5n],
        ['acc_points', 5n],
      ],
      0n,
      0,
    ),
  ];
  for (const { ledger, record } of wrong) expect(() => apply(ledger.state, record)).toThrow('sum to');
});
