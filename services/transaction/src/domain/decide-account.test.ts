import { cents } from '@ipe/money/cents';
import { answerOf, goodCard, purchase, smallBank } from '../../test/paper-ledger.ts';

test('an account opens with nothing but its limit, and writes its first line', () => {
  const ledger = smallBank();
  const account = answerOf(ledger.open('acc_new', 1_000n));
  expect(account).toMatchObject({ status: 'ACTIVE', posted: 0n, held: 0n, limit: 1_000n, sequence: 1 });
  expect(ledger.records.at(-1)?.change).toMatchObject({ entries: [{ kind: 'ACCOUNT_OPENED', limit: 1_000n }] });
});

test('refuses to open an account twice', () => {
  expect(smallBank().open('acc_ana')).toMatchObject({ refusal: 'account_exists' });
});

test('limit and status change with a line each', () => {
  const ledger = smallBank();
  const account = answerOf(ledger.change('acc_ana', { limit: cents(700n), status: 'FROZEN' }));
  expect(account).toMatchObject({ limit: 700n, status: 'FROZEN', sequence: 4 });
  expect(ledger.records.at(-1)?.change).toMatchObject({
    entries: [
      { kind: 'LIMIT_CHANGED', limit: 700n, status: 'ACTIVE' },
      { kind: 'STATUS_CHANGED', limit: 700n, status: 'FROZEN' },
    ],
  });
});

test('a change to what is already so writes no line', () => {
  const ledger = smallBank();
  expect(answerOf(ledger.change('acc_ana', { status: 'ACTIVE' })).sequence).toBe(2);
});

test('refuses a limit below what is in use', () => {
  const ledger = smallBank();
  ledger.authorize(purchase('p', 30_000n), goodCard);
  expect(ledger.change('acc_card', { limit: cents(29_999n) })).toMatchObject({ refusal: 'limit_in_use' });
  expect(answerOf(ledger.change('acc_card', { limit: cents(30_000n) })).limit).toBe(30_000n);
});

test('an account is frozen for credits, for debits, for both, and free again', () => {
  const ledger = smallBank();
  for (const status of ['FROZEN_FOR_CREDIT', 'FROZEN', 'FROZEN_FOR_ALL', 'ACTIVE'] as const) {
    expect(answerOf(ledger.change('acc_ana', { status })).status).toBe(status);
    expect(ledger.records.at(-1)?.change).toMatchObject({ entries: [{ kind: 'STATUS_CHANGED', status }] });
  }
});

test('an account is kept in a currency or a unit of the bank', () => {
  const account = answerOf(smallBank().open('acc_points', 0n, 'LIABILITY', 'PONTOS/0'));
  expect(account).toMatchObject({ currency: 'PONTOS/0' });
});

test('refuses a limit with which the available balance might not fit into 64 bits', () => {
  const ledger = smallBank();
  const tooLarge = 4_000_000_000_000_000_001n;
  expect(ledger.open('acc_new', tooLarge)).toMatchObject({ refusal: 'balance_too_large' });
  expect(ledger.change('acc_ana', { limit: cents(tooLarge) })).toMatchObject({ refusal: 'balance_too_large' });
});

test('refuses to close an account that holds money, and closes an empty one for good', () => {
  const ledger = smallBank();
  expect(ledger.change('acc_ana', { status: 'CLOSED' })).toMatchObject({ refusal: 'account_not_empty' });
  ledger.transfer('acc_ana', 'system:cash', 100_000n);
  expect(answerOf(ledger.change('acc_ana', { status: 'CLOSED' })).status).toBe('CLOSED');
  expect(ledger.change('acc_ana', { status: 'ACTIVE' })).toMatchObject({ refusal: 'account_closed' });
});

test('refuses to change an account that was never opened', () => {
  expect(smallBank().change('acc_nobody', { status: 'FROZEN' })).toMatchObject({ refusal: 'account_not_found' });
});
