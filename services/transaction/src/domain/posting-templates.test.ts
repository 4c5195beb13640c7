import { cents } from '@ipe/money/cents';
import fc from 'fast-check';
import { systemAccountIds } from './chart-of-accounts.ts';
import { amountsOf, fill, partiesOf } from './decide-post-by-template.ts';
import {
  capturePostings,
  expiryPostings,
  holdPostings,
  incrementPostings,
  isSystemAccount,
  linePostings,
  type Posting,
  type PostingTemplate,
  postingTemplates,
  refundPostings,
  type TemplateName,
  transferPostings,
  voidPostings,
} from './posting-templates.ts';
import { newTransaction } from './transaction.ts';

const templates: [name: string, template: PostingTemplate][] = Object.entries(postingTemplates);

test.each(templates)('the lines of %s sum to zero, whatever the amounts are', (_name, template) => {
  const accounts = Object.fromEntries(partiesOf(template).map((party) => [party, `acc_${party}`]));
  const amount = fc.oneof(fc.constant(0n), fc.bigInt(0n, 9_999_999_999_999n), fc.bigInt(0n, 2n ** 63n - 1n));
  const amountsOfAll = fc.record(Object.fromEntries(amountsOf(template).map((name) => [name, amount])));
  fc.assert(
    fc.property(amountsOfAll, (amounts) => {
      const lines = fill(template, { accounts, amounts });
      expect(lines.reduce((sum, line) => sum + line.amount, 0n)).toBe(0n);
      expect(lines.every((line) => line.amount !== 0n && line.accountId !== '')).toBe(true);
    }),
  );
});

type Example = Readonly<{
  template: TemplateName;
  amounts: Record<string, bigint>;
  lines: Record<string, bigint> | [account: string, amount: bigint][];
}>;

// One of each, to be read: who gives and who gets.
const examples: Example[] = [
  { template: 'cash_deposit', amounts: { amount: 500n }, lines: { 'system:cash': -500n, ana: 500n } },
  {
    template: 'cash_withdrawal',
    amounts: { amount: 500n, fee: 7n },
    lines: [
      ['ana', -500n],
      ['system:cash', 500n],
      ['ana', -7n],
      ['system:fees', 7n],
    ],
  },
  { template: 'fee', amounts: { amount: 1_290n }, lines: { ana: -1_290n, 'system:fees': 1_290n } },
  {
    template: 'pix_out',
    amounts: { amount: 10_000n, fee: 99n },
    lines: [
      ['ana', -10_000n],
      ['system:settlement:pix', 10_000n],
      ['ana', -99n],
      ['system:fees', 99n],
    ],
  },
  {
    template: 'pix_in',
    amounts: { amount: 10_000n, fee: 0n },
    lines: { 'system:settlement:pix': -10_000n, bia: 10_000n },
  },
  { template: 'pix_return_out', amounts: { amount: 300n }, lines: { bia: -300n, 'system:settlement:pix': 300n } },
  { template: 'pix_return_in', amounts: { amount: 300n }, lines: { 'system:settlement:pix': -300n, ana: 300n } },
  {
    template: 'open_finance_in',
    amounts: { amount: 800n },
    lines: { 'system:settlement:open-finance': -800n, bia: 800n },
  },
  {
    template: 'loan_disbursement',
    amounts: { principal: 100_000n, iof: 1_500n, fee: 0n },
    lines: [
      ['system:loans', -100_000n],
      ['ana', 100_000n],
      ['ana', -1_500n],
      ['system:taxes', 1_500n],
    ],
  },
  {
    template: 'loan_repayment',
    amounts: { principal: 8_000n, interest: 900n },
    lines: { ana: -8_900n, 'system:loans': 8_000n, 'system:interest': 900n },
  },
  {
    template: 'insurance_premium',
    amounts: { premium: 20_000n, iof: 1_476n },
    lines: { ana: -21_476n, 'system:premiums': 20_000n, 'system:taxes': 1_476n },
  },
  { template: 'insurance_claim', amounts: { amount: 4_000n }, lines: { 'system:claims': -4_000n, ana: 4_000n } },
  { template: 'card_bill_payment', amounts: { amount: 650n }, lines: { ana: -650n, card: 650n } },
  {
    template: 'card_scheme_settlement',
    amounts: { net: 9_830n, interchange: 170n },
    lines: { 'system:card-network': -10_000n, 'system:settlement:cards': 9_830n, 'system:fees': 170n },
  },
  {
    template: 'merchant_settlement',
    amounts: { net: 9_700n, discount: 300n },
    lines: { shop: -10_000n, bia: 9_700n, 'system:fees': 300n },
  },
  {
    template: 'merchant_payout',
    amounts: { amount: 5_000n, fee: 50n },
    lines: [
      ['shop', -5_000n],
      ['system:settlement:pix', 5_000n],
      ['shop', -50n],
      ['system:fees', 50n],
    ],
  },
];

const accounts = {
  account: 'ana',
  borrower: 'ana',
  claimant: 'ana',
  payer: 'ana',
  policyholder: 'ana',
  payee: 'bia',
  card: 'card',
  merchant: 'shop',
};

test.each(examples)('$template of $amounts writes its lines', ({ template, amounts, lines }) => {
  const filled = fill(postingTemplates[template], { accounts, amounts });
  expect(filled.map(({ accountId, amount }) => [accountId, amount])).toEqual(
    Array.isArray(lines) ? lines : Object.entries(lines),
  );
});

test('every template has its example', () => {
  expect(examples.map(({ template }) => template).sort()).toEqual(templates.map(([name]) => name).sort());
});

test("every account of the bank's own is posted to by some template, and no other is", () => {
  const used = templates.flatMap(([, { lines }]) => lines.map(({ account }) => account)).filter(isSystemAccount);
  expect([...new Set(used)].sort()).toEqual([...systemAccountIds].sort());
});

const movement = newTransaction({
  transactionId: 't1',
  kind: 'CARD_PURCHASE',
  status: 'AUTHORIZED',
  amount: cents(1_000n),
  held: cents(700n),
  currency: 'BRL',
  debitAccountId: 'acc_card',
  creditAccountId: 'acc_shop',
  createdAt: 0,
});

const movements: Record<string, Posting[]> = {
  hold: holdPostings(movement),
  'capture in part': capturePostings(movement, cents(300n), cents(0n)),
  'final capture': capturePostings(movement, cents(300n), cents(400n)),
  void: voidPostings(movement),
  expiry: expiryPostings(movement),
  refund: refundPostings(movement, cents(250n)),
  transfer: transferPostings(movement),
  increment: incrementPostings(movement, cents(50n)),
  'posting of two lines': linePostings(
    [
      { accountId: 'acc_card', amount: cents(-9n) },
      { accountId: 'acc_shop', amount: cents(9n) },
    ],
    'POSTING',
  ),
};

test.each(Object.entries(movements))('the entries of a %s sum to zero', (_name, postings) => {
  expect(postings.reduce((sum, { posted }) => sum + posted, 0n)).toBe(0n);
});

test('a final capture sets free exactly what was held', () => {
  const held = capturePostings(movement, cents(300n), cents(400n)).reduce((sum, posting) => sum + posting.held, 0n);
  expect(held).toBe(-700n);
});

test('every movement names the account on the other side', () => {
  for (const { accountId, counterpartyAccountId } of Object.values(movements).flat()) {
    expect(new Set([accountId, counterpartyAccountId])).toEqual(new Set(['acc_card', 'acc_shop']));
  }
});

test('of more than two accounts, no line names another', () => {
  const lines = [
    { accountId: 'acc_card', amount: cents(-9n) },
    { accountId: 'acc_shop', amount: cents(8n) },
    { accountId: 'acc_ana', amount: cents(1n) },
  ];
  for (const { counterpartyAccountId } of linePostings(lines, 'REVERSAL')) expect(counterpartyAccountId).toBe('');
});
