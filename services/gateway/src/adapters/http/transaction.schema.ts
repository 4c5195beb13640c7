import {
  type PostingLine,
  type Transaction,
  TransactionKind,
  TransactionStatus,
} from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { z } from 'zod';
import * as field from './fields.ts';
import { money, timestamp, told, wordsOf } from './view.ts';

const transactionKinds = wordsOf(TransactionKind, 'TRANSACTION_KIND', [
  'card_purchase',
  'transfer',
  'reversal',
  'hold',
  'posting',
  'reservation',
  'between_shards',
]);
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
  'partially_reversed',
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

const transactionLine = z
  .object({
    accountId: field.id('acc_8pZ3kQ'),
    amount: field.amount.meta({ description: 'Signed in the holder’s favour' }),
    reversed: field.amount.meta({ description: 'How much of it is mended by reversals' }),
    currency: field.anyCurrency,
  })
  .meta({ id: 'TransactionLine' });

export const transactionAnswer = z
  .object({
    transactionId: field.id('txn_0001'),
    kind: transactionKinds.schema,
    status: transactionStatuses.schema,
    amount: field.amount,
    captured: field.amount,
    refunded: field.amount,
    held: field.amount,
    reversed: field.amount.meta({ description: 'How much of the amount is mended by reversals' }),
    currency: field.anyCurrency,
    debitAccountId: field.id('acc_8pZ3kQ').meta({ description: 'Empty when more than one account pays' }),
    creditAccountId: field.id('acc_5rT1mW').meta({ description: 'Empty when more than one account gets' }),
    lines: z
      .array(transactionLine)
      .optional()
      .meta({ description: 'Of a posting and of its reversal; a customer sees those of the own accounts' }),
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
    followsTransactionId: z.string().optional(),
    template: z
      .string()
      .optional()
      .meta({ description: 'The posting template that drew up the lines; told to operators', examples: ['pix_out'] }),
    metadata: z
      .record(z.string(), z.string())
      .optional()
      .meta({ description: 'What the caller wants to find again; told to operators' }),
    effectiveAt: field.at.optional().meta({ description: 'When it counts, where that is not when it was booked' }),
    createdAt: field.at,
    updatedAt: field.at,
    expiresAt: field.at.optional(),
  })
  .meta({ id: 'Transaction' });
export type TransactionAnswer = z.output<typeof transactionAnswer>;

export function viewTransaction(transaction: Transaction): TransactionAnswer {
  const { orderId, cardId, cardLastFour, installments, authorizationCode, declineReason } = transaction;
  const { description, responseCode, reversesTransactionId, followsTransactionId, template } = transaction;
  const { currency, merchant, metadata, lines, effectiveAt, expiresAt } = transaction;
  return {
    transactionId: transaction.transactionId,
    kind: transactionKinds.toWord(transaction.kind),
    status: transactionStatuses.toWord(transaction.status),
    amount: money(transaction.amountCents, currency),
    captured: money(transaction.capturedCents, currency),
    refunded: money(transaction.refundedCents, currency),
    held: money(transaction.heldCents, currency),
    reversed: money(transaction.reversedCents, currency),
    currency,
    debitAccountId: transaction.debitAccountId,
    creditAccountId: transaction.creditAccountId,
    ...(lines.length > 0 ? { lines: lines.map(viewTransactionLine) } : {}),
    ...(merchant ? { merchant: { merchantId: merchant.merchantId, name: merchant.name, mcc: merchant.mcc } } : {}),
    ...told({ description, orderId, cardId, cardLastFour, installments, authorizationCode, declineReason }),
    ...told({ responseCode, reversesTransactionId, followsTransactionId, template }),
    ...(Object.keys(metadata).length > 0 ? { metadata } : {}),
    ...told({ effectiveAt: effectiveAt?.toISOString() }),
    createdAt: timestamp(transaction.createdAt),
    updatedAt: timestamp(transaction.updatedAt),
    ...told({ expiresAt: expiresAt?.toISOString() }),
  };
}

function viewTransactionLine({ accountId, amountCents, reversedCents, currency }: PostingLine) {
  return { accountId, amount: money(amountCents, currency), reversed: money(reversedCents, currency), currency };
}
