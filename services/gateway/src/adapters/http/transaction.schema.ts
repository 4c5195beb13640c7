import {
  type Transaction,
  TransactionKind,
  TransactionStatus,
} from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { z } from 'zod';
import * as field from './fields.ts';
import { money, timestamp, told, wordsOf } from './view.ts';

const transactionKinds = wordsOf(TransactionKind, 'TRANSACTION_KIND', ['card_purchase', 'transfer', 'reversal']);
const transactionStatuses = wordsOf(TransactionStatus, 'TRANSACTION_STATUS', [
  'authorized',
  'declined',
  'partially_captured',
  'captured',
  'voided',
  'expired',
  'partially_refunded',
  'refunded',
  'posted',
  'reversed',
]);

const movement = {
  amount: field.positiveMoney,
  currency: field.currency,
  description: field.text(1, 140, 'Aluguel de novembro'),
};

export const transferBody = z
  .strictObject({ fromAccountId: field.accountId, toAccountId: field.accountId, ...movement })
  .meta({ id: 'Transfer' });
export type TransferBody = z.output<typeof transferBody>;

export const depositBody = z.strictObject({ accountId: field.accountId, ...movement }).meta({ id: 'Deposit' });
export type DepositBody = z.output<typeof depositBody>;

export const transactionPath = field.pathId('transactionId');
export type TransactionPath = z.output<typeof transactionPath>;

export const transactionAnswer = z
  .object({
    transactionId: field.id('txn_0001'),
    kind: transactionKinds.schema,
    status: transactionStatuses.schema,
    amount: field.amount,
    captured: field.amount,
    refunded: field.amount,
    held: field.amount,
    currency: field.brl,
    debitAccountId: field.id('acc_8pZ3kQ'),
    creditAccountId: field.id('acc_5rT1mW'),
    description: z.string().optional(),
    merchant: z.object({ merchantId: z.string(), name: z.string(), mcc: z.string() }).optional(),
    orderId: z.string().optional(),
    cardId: z.string().optional(),
    cardLastFour: z.string().optional(),
    installments: z.int().optional(),
    authorizationCode: z.string().optional(),
    declineReason: z.string().optional(),
    responseCode: z
      .string()
      .optional()
      .meta({ description: 'ABECS / ISO 8583 field 39', examples: ['00'] }),
    reversesTransactionId: z.string().optional(),
    createdAt: field.at,
    updatedAt: field.at,
    expiresAt: field.at.optional(),
  })
  .meta({ id: 'Transaction' });
export type TransactionAnswer = z.output<typeof transactionAnswer>;

export function viewTransaction(transaction: Transaction): TransactionAnswer {
  const { orderId, cardId, cardLastFour, installments, authorizationCode, declineReason } = transaction;
  const { description, responseCode, reversesTransactionId, merchant, expiresAt } = transaction;
  return {
    transactionId: transaction.transactionId,
    kind: transactionKinds.toWord(transaction.kind),
    status: transactionStatuses.toWord(transaction.status),
    amount: money(transaction.amountCents),
    captured: money(transaction.capturedCents),
    refunded: money(transaction.refundedCents),
    held: money(transaction.heldCents),
    currency: transaction.currency,
    debitAccountId: transaction.debitAccountId,
    creditAccountId: transaction.creditAccountId,
    ...(merchant ? { merchant: { merchantId: merchant.merchantId, name: merchant.name, mcc: merchant.mcc } } : {}),
    ...told({ description, orderId, cardId, cardLastFour, installments, authorizationCode, declineReason }),
    ...told({ responseCode, reversesTransactionId }),
    createdAt: timestamp(transaction.createdAt),
    updatedAt: timestamp(transaction.updatedAt),
    ...told({ expiresAt: expiresAt?.toISOString() }),
  };
}
