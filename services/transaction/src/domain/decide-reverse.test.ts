import { answerOf, type PaperLedger, type PaperLine, scope, smallBank } from '../../test/paper-ledger.ts';

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
  expect(ledger.transaction(transfer.transactionId).reversed).toBe(2_500n);
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

test('a transfer goes back in parts, never by more than it was, however many times', () => {
  const ledger = smallBank();
  const { transactionId } = answerOf(ledger.transfer('acc_ana', 'acc_shop', 100n));
  ledger.transfer('acc_ana', 'acc_shop', 500n);
  expect(answerOf(ledger.reverse(transactionId, 30n))).toMatchObject({ amount: 30n, lines: [] });
  expect(ledger.transaction(transactionId)).toMatchObject({ status: 'PARTIALLY_REVERSED', reversed: 30n, lines: [] });
  expect(ledger.reverse(transactionId, 71n)).toMatchObject({ refusal: 'amount_exceeds_original' });
  answerOf(ledger.reverse(transactionId, 69n));
  expect(answerOf(ledger.reverse(transactionId))).toMatchObject({ amount: 1n });
  expect(ledger.transaction(transactionId)).toMatchObject({ status: 'REVERSED', reversed: 100n, version: 4 });
  for (const amount of [0n, 1n]) {
    expect(ledger.reverse(transactionId, amount)).toMatchObject({ refusal: 'already_reversed' });
  }
  expect(ledger.balance('acc_shop')[0]).toBe(500n);
});

test('a key reverses once, and answers the same again', () => {
  const ledger = smallBank();
  const { transactionId } = answerOf(ledger.transfer('acc_ana', 'acc_shop', 100n));
  const first = ledger.reverse(transactionId, 30n, scope('k'));
  expect(ledger.reverse(transactionId, 30n, scope('k'))).toEqual({ ...first, replayed: true });
  expect(ledger.transaction(transactionId).reversed).toBe(30n);
});

test('a reversal neither takes from an account frozen for debits nor gives to one frozen for credits', () => {
  const ledger = smallBank();
  const { transactionId } = answerOf(ledger.transfer('acc_ana', 'acc_shop', 100n));
  ledger.change('acc_shop', { status: 'FROZEN' });
  expect(ledger.reverse(transactionId)).toMatchObject({ refusal: 'account_frozen', about: 'acc_shop' });
  ledger.change('acc_shop', { status: 'FROZEN_FOR_CREDIT' });
  ledger.change('acc_ana', { status: 'FROZEN_FOR_CREDIT' });
  expect(ledger.reverse(transactionId)).toMatchObject({ refusal: 'account_frozen_for_credit', about: 'acc_ana' });
  ledger.change('acc_ana', { status: 'FROZEN' });
  expect(ledger.reverse(transactionId).kind).toBe('answered');
});

/** Ana buys at two shops at once: 60 here, 40 there. */
function split(ledger: PaperLedger): string {
  ledger.open('acc_other');
  const lines: PaperLine[] = [
    ['acc_ana', -100n],
    ['acc_shop', 60n],
    ['acc_other', 40n],
  ];
  return answerOf(ledger.post(lines)).transactionId;
}

test('a posting goes back whole, from its last line to its first', () => {
  const ledger = smallBank();
  const transactionId = split(ledger);
  expect(answerOf(ledger.reverse(transactionId))).toMatchObject({
    kind: 'REVERSAL',
    reversesTransactionId: transactionId,
    amount: 100n,
    debitAccountId: '',
    creditAccountId: 'acc_ana',
    lines: [
      { accountId: 'acc_other', amount: -40n, reversed: 0n, currency: 'BRL' },
      { accountId: 'acc_shop', amount: -60n, reversed: 0n, currency: 'BRL' },
      { accountId: 'acc_ana', amount: 100n, reversed: 0n, currency: 'BRL' },
    ],
  });
  expect(ledger.transaction(transactionId)).toMatchObject({
    status: 'REVERSED',
    reversed: 100n,
    lines: [{ reversed: 100n }, { reversed: 60n }, { reversed: 40n }],
  });
  expect(ledger.balance('acc_ana')[0]).toBe(100_000n);
});

test('a posting goes back by lines, and then what is left of every line', () => {
  const ledger = smallBank();
  const transactionId = split(ledger);
  const back = (amount: bigint): PaperLine[] => [
    ['acc_shop', -amount],
    ['acc_ana', amount],
  ];
  answerOf(ledger.reverse(transactionId, back(50n)));
  expect(ledger.transaction(transactionId)).toMatchObject({
    status: 'PARTIALLY_REVERSED',
    reversed: 50n,
    lines: [{ reversed: 50n }, { reversed: 50n }, { reversed: 0n }],
  });
  expect(ledger.reverse(transactionId, back(11n))).toMatchObject({
    refusal: 'amount_exceeds_original',
    about: 'acc_shop',
  });
  expect(answerOf(ledger.reverse(transactionId)).lines).toMatchObject([
    { accountId: 'acc_other', amount: -40n },
    { accountId: 'acc_shop', amount: -10n },
    { accountId: 'acc_ana', amount: 50n },
  ]);
  expect(ledger.transaction(transactionId)).toMatchObject({ status: 'REVERSED', reversed: 100n });
});

test.each([
  [
    'lines that do not sum to zero',
    [
      ['acc_shop', -5n],
      ['acc_ana', 4n],
    ],
    'not_balanced',
  ],
  [
    'a line of an account that was not in it',
    [
      ['acc_card', -5n],
      ['acc_ana', 5n],
    ],
    'amount_exceeds_original',
  ],
  [
    'a line the same way round as the original',
    [
      ['acc_shop', 5n],
      ['acc_ana', -5n],
    ],
    'amount_exceeds_original',
  ],
  ['one line alone', [['acc_shop', -5n]], 'line_count_out_of_range'],
  [
    'a line of zero',
    [
      ['acc_shop', 0n],
      ['acc_ana', 0n],
    ],
    'line_is_zero',
  ],
  [
    'an account given twice, beyond its line',
    [
      ['acc_shop', -40n],
      ['acc_shop', -40n],
      ['acc_ana', 80n],
    ],
    'amount_exceeds_original',
  ],
] as [string, PaperLine[], string][])('refuses %s', (_what, lines, refusal) => {
  const ledger = smallBank();
  const transactionId = split(ledger);
  const before = ledger.records.length;
  expect(ledger.reverse(transactionId, lines)).toMatchObject({ refusal });
  expect(ledger.records).toHaveLength(before);
});

test('only a posting of two lines goes back by an amount', () => {
  const ledger = smallBank();
  expect(ledger.reverse(split(ledger), 5n)).toMatchObject({ refusal: 'lines_required' });
  const two: PaperLine[] = [
    ['acc_ana', -100n],
    ['acc_shop', 100n],
  ];
  const { transactionId } = answerOf(ledger.post(two));
  expect(answerOf(ledger.reverse(transactionId, 30n)).lines).toMatchObject([
    { accountId: 'acc_shop', amount: -30n },
    { accountId: 'acc_ana', amount: 30n },
  ]);
  expect(ledger.reverse(transactionId, 71n)).toMatchObject({ refusal: 'amount_exceeds_original' });
  expect(ledger.transaction(transactionId)).toMatchObject({ status: 'PARTIALLY_REVERSED', reversed: 30n });
});

test('neither purchase nor hold nor reversal is reversed', () => {
  const ledger = smallBank();
  const hold = answerOf(ledger.hold('acc_ana', 'acc_shop', 5n));
  expect(ledger.reverse(hold.transactionId)).toMatchObject({ refusal: 'not_a_transfer' });
  const reversal = answerOf(ledger.reverse(split(ledger)));
  expect(ledger.reverse(reversal.transactionId)).toMatchObject({ refusal: 'not_a_transfer' });
});
