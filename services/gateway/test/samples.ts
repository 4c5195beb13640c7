import { type Account, AccountStatus, AccountType } from '@ipe/contracts/gen/bank/account/v1/account';
import { Card, CardStatus } from '@ipe/contracts/gen/bank/cards/v1/cards';
import { Merchant, Order, OrderStatus, Payment, PaymentStatus } from '@ipe/contracts/gen/bank/checkout/v1/checkout';
import { Line, LineKind, LineStatus } from '@ipe/contracts/gen/bank/statement/v1/statement';
import { Transaction, TransactionKind, TransactionStatus } from '@ipe/contracts/gen/bank/transaction/v1/transaction';

export const at = new Date('2026-11-21T12:00:00.000Z');

export const customer = {
  customerId: 'cus_ana',
  name: 'Ana Souza',
  document: '39053344705',
  email: 'ana@ipe.example',
  createdAt: at,
};

export function account(accountId: string, customerId = 'cus_ana'): Account {
  return {
    accountId,
    customerId,
    type: AccountType.ACCOUNT_TYPE_CURRENT,
    branch: '0001',
    number: '1234567',
    checkDigit: '4',
    status: AccountStatus.ACCOUNT_STATUS_ACTIVE,
    balance: {
      postedCents: 12_345n,
      heldCents: 45n,
      limitCents: 0n,
      availableCents: 12_300n,
      sequence: 9n,
      updatedAt: at,
    },
    createdAt: at,
  };
}

export const card = Card.fromPartial({
  cardId: 'crd_1',
  customerId: 'cus_ana',
  accountId: 'acc_card',
  holderName: 'ANA SOUZA',
  lastFour: '0009',
  brand: 'elo',
  expiryMonth: 11,
  expiryYear: 2031,
  expiresAt: at,
  status: CardStatus.CARD_STATUS_ACTIVE,
  createdAt: at,
  limitCents: 500_000n,
});

export const merchant = Merchant.fromPartial({
  merchantId: 'mer_1',
  customerId: 'cus_shop',
  accountId: 'acc_shop',
  name: 'Livraria Ipê Amarelo',
  document: '12ABC34501DE35',
  mcc: '5942',
  createdAt: at,
});

export const order = Order.fromPartial({
  orderId: 'ord_1',
  customerId: 'cus_ana',
  merchantId: 'mer_1',
  items: [{ productId: 'prd_1', name: 'Livro', priceCents: 8_990n, quantity: 2 }],
  totalCents: 17_980n,
  currency: 'BRL',
  status: OrderStatus.ORDER_STATUS_CREATED,
  createdAt: at,
});

export const payment = Payment.fromPartial({
  paymentId: 'pay_1',
  orderId: 'ord_1',
  merchantId: 'mer_1',
  customerId: 'cus_ana',
  amountCents: 17_980n,
  currency: 'BRL',
  installments: 3,
  status: PaymentStatus.PAYMENT_STATUS_PAID,
  transactionId: 'txn_1',
  authorizationCode: 'A1B2C3',
  responseCode: '00',
  cardLastFour: '0009',
  createdAt: at,
  updatedAt: at,
});

export const transaction = Transaction.fromPartial({
  transactionId: 'txn_1',
  kind: TransactionKind.TRANSACTION_KIND_TRANSFER,
  status: TransactionStatus.TRANSACTION_STATUS_POSTED,
  amountCents: 1_000n,
  currency: 'BRL',
  debitAccountId: 'acc_1',
  creditAccountId: 'acc_2',
  description: 'Aluguel',
  createdAt: at,
  updatedAt: at,
});

/** A posting of three customers' accounts and the bank's own. */
export const posting = Transaction.fromPartial({
  ...transaction,
  transactionId: 'txn_many',
  kind: TransactionKind.TRANSACTION_KIND_POSTING,
  status: TransactionStatus.TRANSACTION_STATUS_PARTIALLY_REVERSED,
  amountCents: 700n,
  reversedCents: 200n,
  currency: 'PONTOS/0',
  debitAccountId: '',
  creditAccountId: '',
  lines: [
    { accountId: 'system:points', amountCents: -700n, reversedCents: 200n, currency: 'PONTOS/0' },
    { accountId: 'acc_1', amountCents: 500n, currency: 'PONTOS/0' },
    { accountId: 'acc_bea', amountCents: 200n, reversedCents: 200n, currency: 'PONTOS/0' },
  ],
  template: 'points',
  metadata: { campaign: 'november' },
  effectiveAt: at,
  followsTransactionId: 'txn_0',
});

export function line(accountId: string, sequence: bigint): Line {
  const bookedAt = new Date(at.getTime() + Number(sequence) * 1000);
  return Line.fromPartial({
    lineId: `lin_${accountId}_${sequence}`,
    accountId,
    sequence,
    kind: LineKind.LINE_KIND_PURCHASE,
    status: LineStatus.LINE_STATUS_POSTED,
    amountCents: -17_980n,
    balanceCents: -17_980n,
    currency: 'BRL',
    description: 'Livraria Ipê Amarelo',
    transactionId: `txn_${sequence}`,
    occurredAt: bookedAt,
    postedAt: bookedAt,
  });
}
