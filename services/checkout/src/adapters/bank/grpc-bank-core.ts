import { status } from '@grpc/grpc-js';
import {
  type Transaction,
  TransactionServiceClient,
  TransactionStatus,
} from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import type { Cents } from '@ipe/money/cents';
import { call, grpcClient } from '@ipe/service-kit/grpc-client';
import { GrpcRefusal } from '@ipe/service-kit/refusal';
import type { OnApplicationShutdown } from '@nestjs/common';
import type { Authorization, BankAnswer, BankCore } from '../../application/ports.ts';
import type { BankTransaction, BankTransactionStatus } from '../../domain/bank-transaction.ts';
import { twice } from '../grpc/twice.ts';

/** Ids of merchants, payments and refunds are unique, so this service needs no more than one scope of keys. */
const caller = 'checkout';

type Method<Request> = Parameters<typeof call<Request, { transaction?: Transaction | undefined }>>[1];

export class GrpcBankCore implements BankCore, OnApplicationShutdown {
  private readonly client: TransactionServiceClient;

  constructor(
    address: string,
    private readonly deadlineMs: number,
  ) {
    this.client = grpcClient(TransactionServiceClient, address);
  }

  async authorize({
    key,
    card,
    merchant,
    amount,
    currency,
    installments,
    orderId,
  }: Authorization): Promise<BankAnswer> {
    const { merchantId, accountId, name, mcc } = merchant;
    return certain(
      await this.ask(this.client.authorize, {
        caller,
        idempotencyKey: key,
        card,
        merchant: { merchantId, accountId, name, mcc },
        amountCents: amount,
        currency,
        installments,
        orderId,
        expiresAt: undefined,
      }),
    );
  }

  async capture(transactionId: string, key: string): Promise<BankAnswer> {
    const request = { caller, idempotencyKey: key, transactionId, amountCents: 0n, final: true };
    return certain(await this.ask(this.client.capture, request));
  }

  find(key: string): Promise<BankAnswer | { kind: 'none' }> {
    return this.ask(this.client.findTransaction, { caller, idempotencyKey: key }, status.NOT_FOUND);
  }

  cancel(key: string): Promise<BankAnswer | { kind: 'none' }> {
    return this.ask(this.client.cancelAuthorization, { caller, authorizationKey: key });
  }

  async refund(transactionId: string, amount: Cents, key: string): Promise<BankAnswer> {
    const request = { caller, idempotencyKey: key, transactionId, amountCents: amount };
    return certain(await this.ask(this.client.refund, request));
  }

  onApplicationShutdown(): void {
    this.client.close();
  }

  /** noneCode: the status by which the bank says that there is no such transaction. */
  private async ask<Request>(
    method: Method<Request>,
    request: Request,
    noneCode?: status,
  ): Promise<BankAnswer | { kind: 'none' }> {
    try {
      const { transaction } = await twice(() => call(this.client, method, request, this.deadlineMs));
      return transaction ? answered(transaction) : { kind: 'none' };
    } catch (error) {
      if (!(error instanceof GrpcRefusal)) throw error;
      return error.code === noneCode ? { kind: 'none' } : refusalOf(error);
    }
  }
}

function answered(transaction: Transaction): BankAnswer {
  const bankTransaction = toBankTransaction(transaction);
  return bankTransaction
    ? { kind: 'answered', transaction: bankTransaction }
    : { kind: 'unknown', reason: `status_${TransactionStatus[transaction.status] ?? transaction.status}` };
}

/** A write's answer always names its transaction. */
function certain(answer: BankAnswer | { kind: 'none' }): BankAnswer {
  return answer.kind === 'none' ? { kind: 'unknown', reason: 'no_transaction' } : answer;
}

/** By these the bank says that nothing took effect; after any other nobody knows. */
const definite: ReadonlySet<status> = new Set([
  status.NOT_FOUND,
  status.ALREADY_EXISTS,
  status.PERMISSION_DENIED,
  status.FAILED_PRECONDITION,
  status.OUT_OF_RANGE,
]);

function refusalOf(refusal: GrpcRefusal): BankAnswer {
  if (refusal.code === status.INVALID_ARGUMENT) {
    const violations = refusal.violations.map(({ field, description }) => ({ field, description }));
    // Without details the message is not passed on: only what the bank says of a field is written for callers.
    return {
      kind: 'invalid',
      violations: violations.length > 0 ? violations : [{ field: '', description: 'refused by the bank as invalid' }],
    };
  }
  return { kind: definite.has(refusal.code) ? 'refused' : 'unknown', reason: refusal.reason };
}

const statuses: Readonly<Record<TransactionStatus, BankTransactionStatus | undefined>> = {
  [TransactionStatus.TRANSACTION_STATUS_AUTHORIZED]: 'authorized',
  [TransactionStatus.TRANSACTION_STATUS_DECLINED]: 'declined',
  [TransactionStatus.TRANSACTION_STATUS_PARTIALLY_CAPTURED]: 'partially_captured',
  [TransactionStatus.TRANSACTION_STATUS_CAPTURED]: 'captured',
  [TransactionStatus.TRANSACTION_STATUS_VOIDED]: 'voided',
  [TransactionStatus.TRANSACTION_STATUS_EXPIRED]: 'expired',
  [TransactionStatus.TRANSACTION_STATUS_PARTIALLY_REFUNDED]: 'partially_refunded',
  [TransactionStatus.TRANSACTION_STATUS_REFUNDED]: 'refunded',
  // Statuses of transfers and postings: no purchase has them.
  [TransactionStatus.TRANSACTION_STATUS_POSTED]: undefined,
  [TransactionStatus.TRANSACTION_STATUS_REVERSED]: undefined,
  [TransactionStatus.TRANSACTION_STATUS_PARTIALLY_REVERSED]: undefined,
  [TransactionStatus.TRANSACTION_STATUS_UNSPECIFIED]: undefined,
  [TransactionStatus.UNRECOGNIZED]: undefined,
};

function toBankTransaction(transaction: Transaction): BankTransaction | undefined {
  const { transactionId, authorizationCode, declineReason, responseCode } = transaction;
  const known = statuses[transaction.status];
  return known && { transactionId, status: known, authorizationCode, declineReason, responseCode };
}
