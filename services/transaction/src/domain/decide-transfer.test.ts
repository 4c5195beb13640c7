import { answerOf, PaperLedger, scope, sha256, smallBank } from '../../test/paper-ledger.ts';
import { chainText } from './entry.ts';

test('a transfer moves money and tells both lines', () => {
  const ledger = smallBank();
  const transfer = answerOf(ledger.transfer('acc_ana', 'acc_shop', 2_500n));
  expect(transfer).toMatchObject({ kind: 'TRANSFER', status: 'POSTED', amount: 2_500n, version: 1 });
  expect(ledger.balance('acc_ana')).toEqual([97_500n, 0n, 97_500n]);
  expect(ledger.balance('acc_shop')).toEqual([2_500n, 0n, 2_500n]);
});

test('refuses a transfer larger than the available balance, and leaves nothing behind', () => {
  const ledger = smallBank();
  const before = ledger.records.length;
  expect(ledger.transfer('acc_ana', 'acc_shop', 100_001n)).toEqual({
    kind: 'refused',
    refusal: 'insufficient_funds',
    about: 'acc_ana',
  });
  expect(ledger.records).toHaveLength(before);
  expect(ledger.transfer('acc_ana', 'acc_shop', 100_000n).kind).toBe('answered');
});

test('cash goes below zero: that is where money comes from', () => {
  expect(smallBank().balance('system:cash')[0]).toBe(-100_000n);
});

test('refuses a balance that would not fit into 64 bits with its limit', () => {
  const ledger = new PaperLedger();
  ledger.open('system:cash', 4_000_000_000_000_000_000n, 'ASSET');
  ledger.open('acc_rich', 9_999n);
  expect(ledger.transfer('system:cash', 'acc_rich', 4_000_000_000_000_000_000n).kind).toBe('answered');
  expect(ledger.transfer('acc_rich', 'system:cash', 1n).kind).toBe('answered');
  expect(ledger.transfer('system:cash', 'acc_rich', 2n)).toMatchObject({ refusal: 'insufficient_funds' });
  ledger.open('acc_other', 9n);
  expect(ledger.transfer('system:cash', 'acc_rich', 1n).kind).toBe('answered');
  expect(ledger.transfer('acc_other', 'acc_rich', 1n)).toMatchObject({ refusal: 'balance_too_large' });
});

test.each([
  ['acc_ana', 'acc_ana', 'same_account'],
  ['acc_nobody', 'acc_ana', 'account_not_found'],
  ['acc_ana', 'acc_nobody', 'account_not_found'],
])('refuses a transfer from %s to %s: %s', (from, to, refusal) => {
  expect(smallBank().transfer(from, to, 1n)).toMatchObject({ refusal });
});

test('a frozen account receives and does not give; a closed one does neither', () => {
  const ledger = smallBank();
  ledger.change('acc_ana', { status: 'FROZEN' });
  expect(ledger.transfer('acc_ana', 'acc_shop', 1n)).toMatchObject({ refusal: 'account_frozen' });
  expect(ledger.transfer('system:cash', 'acc_ana', 1n).kind).toBe('answered');
  ledger.change('acc_shop', { status: 'CLOSED' });
  expect(ledger.transfer('system:cash', 'acc_shop', 1n)).toMatchObject({ refusal: 'account_closed' });
});

test('the same key answers the first transfer again, and moves nothing', () => {
  const ledger = smallBank();
  const first = ledger.transfer('acc_ana', 'acc_shop', 10n, scope('k'));
  expect(ledger.transfer('acc_ana', 'acc_shop', 10n, scope('k'))).toEqual({ ...first, replayed: true });
  expect(ledger.balance('acc_shop')[0]).toBe(10n);
});

test('the same key with another body is refused, and another caller has keys of his own', () => {
  const ledger = smallBank();
  ledger.transfer('acc_ana', 'acc_shop', 10n, scope('k'));
  expect(ledger.transfer('acc_ana', 'acc_shop', 11n, scope('k', 'another body'))).toMatchObject({
    refusal: 'idempotency_key_reused',
  });
  expect(ledger.transfer('acc_ana', 'acc_shop', 11n, scope('k', 'k', 'somebody else'))).toMatchObject({
    replayed: false,
  });
});

test('a transfer carries what the caller says of it, and follows only what there is', () => {
  const ledger = smallBank();
  const first = answerOf(ledger.transfer('acc_ana', 'acc_shop', 1n));
  const said = { metadata: { pedido: '7' }, effectiveAt: 1_000, followsTransactionId: first.transactionId };
  expect(answerOf(ledger.transfer('acc_ana', 'acc_shop', 2n, scope('k'), said))).toMatchObject(said);
  expect(first).toMatchObject({ metadata: {}, effectiveAt: undefined, followsTransactionId: '' });
  const unknown = { followsTransactionId: 't-unknown' };
  expect(ledger.transfer('acc_ana', 'acc_shop', 2n, scope('l'), unknown)).toMatchObject({
    refusal: 'transaction_not_found',
    about: 't-unknown',
  });
});

test('both accounts must be kept in the currency that is stated', () => {
  const ledger = smallBank();
  ledger.open('acc_points', 100n, 'LIABILITY', 'PONTOS/0');
  ledger.open('acc_other_points', 0n, 'LIABILITY', 'PONTOS/0');
  expect(ledger.transfer('acc_ana', 'acc_points', 1n)).toMatchObject({
    refusal: 'currency_mismatch',
    about: 'acc_points',
  });
  const points = { currency: 'PONTOS/0' };
  expect(answerOf(ledger.transfer('acc_points', 'acc_other_points', 100n, scope('k'), points))).toMatchObject(points);
});

test('an account frozen for credits gives and does not receive, one frozen for all does neither', () => {
  const ledger = smallBank();
  ledger.transfer('acc_ana', 'acc_shop', 10n);
  ledger.change('acc_shop', { status: 'FROZEN_FOR_CREDIT' });
  expect(ledger.transfer('acc_ana', 'acc_shop', 1n)).toMatchObject({
    refusal: 'account_frozen_for_credit',
    about: 'acc_shop',
  });
  expect(ledger.transfer('acc_shop', 'acc_ana', 1n).kind).toBe('answered');
  ledger.change('acc_shop', { status: 'FROZEN_FOR_ALL' });
  expect(ledger.transfer('acc_ana', 'acc_shop', 1n)).toMatchObject({ refusal: 'account_frozen_for_credit' });
  expect(ledger.transfer('acc_shop', 'acc_ana', 1n)).toMatchObject({ refusal: 'account_frozen' });
  ledger.change('acc_shop', { status: 'ACTIVE' });
  expect(ledger.transfer('acc_ana', 'acc_shop', 1n).kind).toBe('answered');
});

test('amounts at the border of 64 bits are refused, and a single cent moves', () => {
  const ledger = smallBank();
  const most = 2n ** 63n - 1n;
  expect(ledger.transfer('acc_ana', 'acc_shop', most)).toMatchObject({ refusal: 'insufficient_funds' });
  expect(ledger.transfer('system:cash', 'acc_shop', most)).toMatchObject({ refusal: 'insufficient_funds' });
  expect(ledger.transfer('acc_ana', 'acc_shop', 1n).kind).toBe('answered');
});

test("an account's entries are a chain of hashes that anybody can compute again", () => {
  const ledger = smallBank();
  ledger.transfer('acc_ana', 'acc_shop', 10n);
  ledger.transfer('acc_ana', 'acc_shop', 20n);
  const lines = ledger.records
    .flatMap(({ change }) => (change.kind === 'cancelled' ? [] : change.entries))
    .filter(({ accountId }) => accountId === 'acc_ana');
  let head = '';
  for (const entry of lines) {
    head = sha256(chainText(head, entry));
    expect(entry.hash).toBe(head);
  }
  expect(lines.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
  expect(ledger.state.accounts.get('acc_ana')?.hash).toBe(head);
});
