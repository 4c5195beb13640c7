import { Transaction as TransactionMessage } from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { cents } from '@ipe/money/cents';
import fc from 'fast-check';
import { responseCodes } from '../../domain/response-codes.ts';
import { newTransaction, type Transaction } from '../../domain/transaction.ts';
import { accountStatuses, entryKinds, transactionKinds, transactionStatuses } from './enums.ts';
import { fromTransactionMessage, toTransactionMessage } from './transaction-message.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 20 });
const amount = fc.bigInt(0n, 2n ** 63n - 1n).map(cents);
const signed = fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map(cents);
const instant = fc.integer({ min: 0, max: 253_402_300_799_999 });
const words = Object.keys as <Word extends string>(record: Record<Word, unknown>) => Word[];

const kinds = ['CARD_PURCHASE', 'HOLD', 'TRANSFER', 'POSTING', 'REVERSAL'] as const;
const statuses = ['AUTHORIZED', 'DECLINED', 'EXPIRED', 'POSTED', 'PARTIALLY_REVERSED', 'REVERSED'] as const;

const transaction: fc.Arbitrary<Transaction> = fc
  .record({
    transactionId: text,
    kind: fc.constantFrom(...kinds),
    status: fc.constantFrom(...statuses),
    amount,
    captured: amount,
    refunded: amount,
    held: amount,
    reversed: amount,
    currency: text,
    debitAccountId: text,
    creditAccountId: text,
    lines: fc.array(fc.record({ accountId: text, amount: signed, currency: text, reversed: amount }), {
      maxLength: 50,
    }),
    template: text,
    // A key that every object has already would be lost on the way: the edge takes visible characters only.
    metadata: fc.dictionary(
      text.filter((key) => key !== '__proto__'),
      text,
      { maxKeys: 20, noNullPrototype: true },
    ),
    effectiveAt: fc.option(instant, { nil: undefined }),
    followsTransactionId: text,
    declineReason: fc.constantFrom('' as const, ...words(responseCodes)),
    merchant: fc.option(fc.record({ merchantId: text, accountId: text, name: text, mcc: text }), { nil: undefined }),
    expiresAt: fc.option(instant, { nil: undefined }),
    createdAt: instant,
    updatedAt: instant,
    version: fc.integer({ min: 1, max: 1_000_000 }),
  })
  .map(({ updatedAt, version, ...said }) => ({ ...newTransaction(said), updatedAt, version }));

test('any transaction comes back from the wire as it was, to the last bit', () => {
  fc.assert(
    fc.property(transaction, (one) => {
      const bytes = TransactionMessage.encode(toTransactionMessage(one)).finish();
      expect(fromTransactionMessage(TransactionMessage.decode(bytes))).toEqual(one);
    }),
  );
});

test('transactions without lines and metadata share one of each, for there are millions', () => {
  const bare = newTransaction({
    transactionId: 't',
    kind: 'TRANSFER',
    status: 'POSTED',
    amount: cents(1n),
    currency: 'BRL',
    createdAt: 0,
  });
  const back = fromTransactionMessage(
    TransactionMessage.decode(TransactionMessage.encode(toTransactionMessage(bare)).finish()),
  );
  expect(back.lines).toBe(bare.lines);
  expect(back.metadata).toBe(bare.metadata);
});

test.each([
  ['FROZEN_FOR_CREDIT', accountStatuses.toMessage('FROZEN_FOR_CREDIT'), 4],
  ['FROZEN_FOR_ALL', accountStatuses.toMessage('FROZEN_FOR_ALL'), 5],
  ['HOLD', transactionKinds.toMessage('HOLD'), 4],
  ['POSTING', transactionKinds.toMessage('POSTING'), 5],
  ['PARTIALLY_REVERSED', transactionStatuses.toMessage('PARTIALLY_REVERSED'), 11],
  ['a line of a posting', entryKinds.toMessage('POSTING'), 11],
  ['HOLD_INCREASED', entryKinds.toMessage('HOLD_INCREASED'), 12],
])('%s keeps its number in the journal for ever', (_word, value, number) => {
  expect(value).toBe(number);
});
