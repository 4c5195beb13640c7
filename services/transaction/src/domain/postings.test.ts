import { cents } from '@ipe/money/cents';
import {
  capturePostings,
  expiryPostings,
  holdPostings,
  type Posting,
  refundPostings,
  reversalPostings,
  transferPostings,
  voidPostings,
} from './postings.ts';
import { newTransaction } from './transaction.ts';

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

const templates: Record<string, Posting[]> = {
  hold: holdPostings(movement),
  'capture in part': capturePostings(movement, cents(300n), cents(0n)),
  'final capture': capturePostings(movement, cents(300n), cents(400n)),
  void: voidPostings(movement),
  expiry: expiryPostings(movement),
  refund: refundPostings(movement, cents(250n)),
  transfer: transferPostings(movement),
  reversal: reversalPostings(movement),
};

test.each(Object.entries(templates))('the entries of a %s sum to zero', (_name, postings) => {
  expect(postings.reduce((sum, { posted }) => sum + posted, 0n)).toBe(0n);
});

test('a final capture sets free exactly what was held', () => {
  const held = capturePostings(movement, cents(300n), cents(400n)).reduce((sum, posting) => sum + posting.held, 0n);
  expect(held).toBe(-700n);
});

test('every posting names the account on the other side', () => {
  for (const { accountId, counterpartyAccountId } of Object.values(templates).flat()) {
    expect(new Set([accountId, counterpartyAccountId])).toEqual(new Set(['acc_card', 'acc_shop']));
  }
});
