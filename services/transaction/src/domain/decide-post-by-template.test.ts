import { answerOf, bankWithChart, scope } from '../../test/paper-ledger.ts';

test('a Pix payment takes amount and fee from the payer, and says which template wrote it', () => {
  const ledger = bankWithChart();
  const posting = answerOf(ledger.postByTemplate('pix_out', { payer: 'acc_ana' }, { amount: 10_000n, fee: 99n }));
  expect(posting).toMatchObject({
    kind: 'POSTING',
    status: 'POSTED',
    template: 'pix_out',
    amount: 10_099n,
    debitAccountId: 'acc_ana',
    creditAccountId: '',
    description: 'produto',
  });
  expect(ledger.balance('acc_ana')[0]).toBe(89_901n);
  expect(ledger.balance('system:fees')[0]).toBe(99n);
  expect(ledger.balance('system:settlement:pix')[0]).toBe(10_000n);
});

test('a loan reaches a borrower who had nothing to pay the tax from', () => {
  const ledger = bankWithChart();
  const amounts = { principal: 10_000n, iof: 38n, fee: 0n };
  answerOf(ledger.postByTemplate('loan_disbursement', { borrower: 'acc_shop' }, amounts));
  expect(ledger.balance('acc_shop')[0]).toBe(9_962n);
  expect(ledger.balance('system:loans')[0]).toBe(-10_000n);
});

test.each([
  ['an unknown template', 'pix', { payer: 'acc_ana' }, { amount: 1n }, 'template_unknown', 'pix'],
  ['a name that objects have', 'constructor', {}, {}, 'template_unknown', 'constructor'],
  ['a party too few', 'fee', {}, { amount: 1n }, 'party_missing', 'account'],
  ['a party too many', 'fee', { account: 'acc_ana', payee: 'acc_shop' }, { amount: 1n }, 'party_unknown', 'payee'],
  ['an amount too few', 'pix_out', { payer: 'acc_ana' }, { amount: 1n }, 'amount_missing', 'fee'],
  ['an amount too many', 'fee', { account: 'acc_ana' }, { amount: 1n, fee: 1n }, 'amount_unknown', 'fee'],
  ['all amounts zero', 'pix_out', { payer: 'acc_ana' }, { amount: 0n, fee: 0n }, 'nothing_to_post', ''],
  ['an unknown account', 'fee', { account: 'acc_nobody' }, { amount: 1n }, 'account_not_found', 'acc_nobody'],
  ['too little money', 'fee', { account: 'acc_ana' }, { amount: 100_001n }, 'insufficient_funds', 'acc_ana'],
  [
    'one account in two parts',
    'card_bill_payment',
    { payer: 'acc_ana', card: 'acc_ana' },
    { amount: 1n },
    'same_account',
    'acc_ana',
  ],
  [
    "the bank's own account in another part",
    'pix_out',
    { payer: 'system:settlement:pix' },
    { amount: 5n, fee: 1n },
    'same_account',
    'system:settlement:pix',
  ],
] as [string, string, Record<string, string>, Record<string, bigint>, string, string][])(
  '%s is refused, by name, and leaves nothing behind',
  (_what, template, accounts, amounts, refusal, about) => {
    const ledger = bankWithChart();
    const before = ledger.records.length;
    expect(ledger.postByTemplate(template, accounts, amounts)).toEqual({ kind: 'refused', refusal, about });
    expect(ledger.records).toHaveLength(before);
  },
);

test("the bank's products are posted in reais", () => {
  const ledger = bankWithChart();
  ledger.open('acc_dollars', 0n, 'LIABILITY', 'USD');
  expect(ledger.postByTemplate('cash_deposit', { account: 'acc_dollars' }, { amount: 1n })).toMatchObject({
    refusal: 'currency_mismatch',
    about: 'acc_dollars',
  });
});

test('the same key answers the first posting again, and with another body is refused', () => {
  const ledger = bankWithChart();
  const fee = (amount: bigint) =>
    ledger.postByTemplate('fee', { account: 'acc_ana' }, { amount }, scope('k', `${amount}`));
  const first = fee(5n);
  expect(fee(5n)).toEqual({ ...first, replayed: true });
  expect(fee(6n)).toMatchObject({ refusal: 'idempotency_key_reused' });
  expect(ledger.balance('system:fees')[0]).toBe(5n);
});

test('what the product pays at first it can take back, in part by lines and then the rest', () => {
  const ledger = bankWithChart();
  const { transactionId } = answerOf(
    ledger.postByTemplate('pix_out', { payer: 'acc_ana' }, { amount: 1_000n, fee: 99n }),
  );
  const fee: [string, bigint][] = [
    ['system:fees', -99n],
    ['acc_ana', 99n],
  ];
  answerOf(ledger.reverse(transactionId, fee));
  // The payer has two lines: the one that is undone exactly is the fee's.
  expect(ledger.transaction(transactionId)).toMatchObject({
    status: 'PARTIALLY_REVERSED',
    reversed: 99n,
    lines: [{ reversed: 0n }, { reversed: 0n }, { reversed: 99n }, { reversed: 99n }],
  });
  answerOf(ledger.reverse(transactionId));
  expect(ledger.balance('acc_ana')[0]).toBe(100_000n);
  expect(ledger.transaction(transactionId).status).toBe('REVERSED');
});
