import { Account, AccountStatus, AccountType } from '@ipe/contracts/gen/bank/account/v1/account';
import { Card, CardStatus } from '@ipe/contracts/gen/bank/cards/v1/cards';
import { Order, OrderStatus, Payment, PaymentStatus } from '@ipe/contracts/gen/bank/checkout/v1/checkout';
import { Line, LineKind, LineStatus } from '@ipe/contracts/gen/bank/statement/v1/statement';
import {
  Balance,
  AccountStatus as LedgerStatus,
  Transaction,
  TransactionKind,
  TransactionStatus,
} from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import type { z } from 'zod';
import { accountAnswer, balanceAnswer, viewAccount, viewBalance } from './account.schema.ts';
import { cardAnswer, viewCard } from './card.schema.ts';
import { orderAnswer, paymentAnswer, viewOrder, viewPayment } from './order.schema.ts';
import { lineAnswer, viewLine } from './statement.schema.ts';
import { transactionAnswer, viewTransaction } from './transaction.schema.ts';

const at = new Date('2026-11-21T12:00:00.000Z');
const times = { createdAt: at, updatedAt: at, occurredAt: at, expiresAt: at };
const whole = {
  account: Account.fromPartial({ ...times, type: 1, status: 1 }),
  balance: Balance.fromPartial({ status: 1, currency: 'BRL' }),
  card: Card.fromPartial({ ...times, status: 1 }),
  line: Line.fromPartial({ ...times, kind: 1, status: 1 }),
  order: Order.fromPartial({ ...times, status: 1 }),
  payment: Payment.fromPartial({ ...times, status: 1 }),
  transaction: Transaction.fromPartial({ ...times, kind: 1, status: 1 }),
};

type Enumeration = Readonly<Record<string, string | number>>;
type Answers = readonly [
  name: string,
  Enumeration,
  schema: z.ZodType,
  view: (value: number) => Record<string, unknown>,
];

/** Every enum of the contracts that an answer of this API tells. */
const told: readonly Answers[] = [
  ['type', AccountType, accountAnswer, (type) => viewAccount({ ...whole.account, type })],
  ['status', AccountStatus, accountAnswer, (status) => viewAccount({ ...whole.account, status })],
  ['status', LedgerStatus, balanceAnswer, (status) => viewBalance({ ...whole.balance, status })],
  ['status', CardStatus, cardAnswer, (status) => viewCard({ ...whole.card, status })],
  ['kind', LineKind, lineAnswer, (kind) => viewLine({ ...whole.line, kind })],
  ['status', LineStatus, lineAnswer, (status) => viewLine({ ...whole.line, status })],
  ['status', OrderStatus, orderAnswer, (status) => viewOrder({ ...whole.order, status })],
  ['status', PaymentStatus, paymentAnswer, (status) => viewPayment({ ...whole.payment, status })],
  ['kind', TransactionKind, transactionAnswer, (kind) => viewTransaction({ ...whole.transaction, kind })],
  ['status', TransactionStatus, transactionAnswer, (status) => viewTransaction({ ...whole.transaction, status })],
];

const cases = told.flatMap(([field, enumeration, schema, view]) =>
  Object.entries(enumeration)
    .filter((entry): entry is [string, number] => typeof entry[1] === 'number' && entry[1] > 0)
    .map(([name, value]) => ({ name, word: name.slice(prefixOf(enumeration).length), field, value, schema, view })),
);

function prefixOf(enumeration: Enumeration): string {
  return String(enumeration[0]).replace(/UNSPECIFIED$/, '');
}

test('there is something to walk over', () => {
  expect(cases.length).toBeGreaterThan(50);
});

test.each(cases)(
  '$name is told in the contract’s own word, as the document has it',
  ({ word, field, value, ...api }) => {
    const answer = api.view(value);
    expect(answer[field]).toBe(word.toLowerCase());
    expect(api.schema.safeParse(answer).error).toBeUndefined();
  },
);
