import { PaperLedger, smallBank } from '../../test/paper-ledger.ts';
import { apply } from './apply.ts';
import { emptyLedger } from './ledger-state.ts';

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
