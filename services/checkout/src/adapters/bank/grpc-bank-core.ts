import { status } from '@grpc/grpc-js';
import { type Transaction, TransactionStatus } from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { LedgerClient, type RequestOf } from '@ipe/ledger/ledger-client';
import type { Cents } from '@ipe/money/cents';
import { GrpcRefusal } from '@ipe/service-kit/refusal';
import type { OnApplicationShutdown } from '@nestjs/common';
import type { Authorization, BankAnswer, BankCore } from '../../application/ports.ts';
import type { BankTransaction, BankTransactionStatus } from '../../domain/bank-transaction.ts';
import { twice } from '../grpc/twice.ts';

/** Ids of merchants, payments and refunds are unique, so this service needs no more than one scope of keys. */
const caller = 'checkout';

/** What is asked of the bank here; each is answered with a transaction, or with none. */
type Method = 'authorize' | 'capture' | 'findTransaction' | 'cancelAuthorization' | 'refund';

export class GrpcBankCore implements BankCore, OnApplicationShutdown {
  private readonly client: LedgerClient;

  constructor(
    address: string,
    private readonly deadlineMs: number,
  ) {
    this.client = new LedgerClient(address);
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
      await this.ask('authorize', {
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
    return certain(await this.ask('capture', request));
  }

  find(key: string): Promise<BankAnswer | { kind: 'none' }> {
    return this.ask('findTransaction', { caller, idempotencyKey: key }, status.NOT_FOUND);
  }

  cancel(key: string): Promise<BankAnswer | { kind: 'none' }> {
    return this.ask('cancelAuthorization', { caller, authorizationKey: key });
  }

  async refund(transactionId: string, amount: Cents, key: string): Promise<BankAnswer> {
    const request = { caller, idempotencyKey: key, transactionId, amountCents: amount };
    return certain(await this.ask('refund', request));
  }

  onApplicationShutdown(): void {
    this.client.close();
  }

  /** noneCode: the status by which the bank says that there is no such transaction. */
  private async ask<Asked extends Method>(
    method: Asked,
    request: RequestOf<Asked>,
    noneCode?: status,
  ): Promise<BankAnswer | { kind: 'none' }> {
    try {
      const { transaction } = await twice(() => this.client.call(method, request, this.deadlineMs));
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
