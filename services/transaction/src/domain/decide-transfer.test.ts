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

test('a reversal mends a transfer once, and names it', () => {
  const ledger = smallBank();
  const transfer = answerOf(ledger.transfer('acc_ana', 'acc_shop', 2_500n));
  const reversal = answerOf(ledger.reverse(transfer.transactionId));
  expect(reversal).toMatchObject({
    kind: 'REVERSAL',
    status: 'POSTED',
    reversesTransactionId: transfer.transactionId,
    debitAccountId: 'acc_shop',
    description: 'engano',
  });
  expect(ledger.state.transactions.get(transfer.transactionId)).toMatchObject({ status: 'REVERSED', version: 2 });
  expect(ledger.balance('acc_ana')[0]).toBe(100_000n);
  expect(ledger.reverse(transfer.transactionId)).toMatchObject({ refusal: 'already_reversed' });
  expect(ledger.reverse(reversal.transactionId)).toMatchObject({ refusal: 'not_a_transfer' });
  expect(ledger.reverse('t-unknown')).toMatchObject({ refusal: 'transaction_not_found' });
});

test('a reversal is refused when the receiver has spent the money', () => {
  const ledger = smallBank();
  const transfer = answerOf(ledger.transfer('acc_ana', 'acc_shop', 2_500n));
  ledger.transfer('acc_shop', 'system:cash', 1n);
  expect(ledger.reverse(transfer.transactionId)).toMatchObject({ refusal: 'insufficient_funds', about: 'acc_shop' });
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
