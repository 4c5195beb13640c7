import type { Metadata } from '@grpc/grpc-js';
import {
  AuthorizeRequest,
  type AuthorizeResponse,
  type CancelAuthorizationRequest,
  type CancelAuthorizationResponse,
  CaptureRequest,
  type CaptureResponse,
  type FindTransactionRequest,
  type FindTransactionResponse,
  type GetTransactionRequest,
  type GetTransactionResponse,
  RefundRequest,
  type RefundResponse,
  ReverseRequest,
  type ReverseResponse,
  TransferRequest,
  type TransferResponse,
  VoidRequest,
  type VoidResponse,
} from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { parseRequest } from '@ipe/service-kit/grpc-request';
import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type { Reply } from '../../application/admission.ts';
import { AuthorizePurchase } from '../../application/authorize-purchase.ts';
import { cancelAuthorization } from '../../application/cancel-authorization.ts';
import { capturePurchase } from '../../application/capture-purchase.ts';
import { findTransaction, getTransaction } from '../../application/get-transaction.ts';
import { Ledger } from '../../application/ledger.ts';
import { refundPurchase } from '../../application/refund-purchase.ts';
import { reverseTransfer } from '../../application/reverse-transfer.ts';
import { transferMoney } from '../../application/transfer-money.ts';
import { voidAuthorization } from '../../application/void-authorization.ts';
import type { Transaction } from '../../domain/transaction.ts';
import { toTransactionMessage } from '../protobuf/transaction-message.ts';
import { callContext, Fingerprints, type GrpcCall } from './call-context.ts';
import { answerOf } from './reply-status.ts';
import * as requests from './requests.ts';

/** The part of bank.transaction.v1.TransactionService that is about transactions. */
@Controller()
export class TransactionController {
  constructor(
    private readonly ledger: Ledger,
    private readonly authorizePurchase: AuthorizePurchase,
    private readonly fingerprints: Fingerprints,
  ) {}

  @GrpcMethod('TransactionService', 'Authorize')
  async authorize(request: AuthorizeRequest, metadata: Metadata, call: GrpcCall): Promise<AuthorizeResponse> {
    const { card, merchant, amountCents, expiresAt, ...said } = parseRequest(requests.authorizeSchema, request);
    const command = {
      idempotency: this.fingerprints.scope('Authorize', AuthorizeRequest, request),
      merchant,
      amount: amountCents,
      currency: said.currency,
      installments: said.installments,
      orderId: said.orderId,
      expiresAt: expiresAt?.getTime(),
    };
    return transactionResponse(await this.authorizePurchase.execute(command, card, callContext(metadata, call)));
  }

  @GrpcMethod('TransactionService', 'Capture')
  async capture(request: CaptureRequest, metadata: Metadata, call: GrpcCall): Promise<CaptureResponse> {
    const { transactionId, amountCents, final } = parseRequest(requests.captureSchema, request);
    const idempotency = this.fingerprints.scope('Capture', CaptureRequest, request);
    const command = { idempotency, transactionId, amount: amountCents, final };
    return transactionResponse(await capturePurchase(this.ledger, command, callContext(metadata, call)));
  }

  @GrpcMethod('TransactionService', 'Void')
  async void(request: VoidRequest, metadata: Metadata, call: GrpcCall): Promise<VoidResponse> {
    const { transactionId } = parseRequest(requests.voidSchema, request);
    const command = { idempotency: this.fingerprints.scope('Void', VoidRequest, request), transactionId };
    return transactionResponse(await voidAuthorization(this.ledger, command, callContext(metadata, call)));
  }

  @GrpcMethod('TransactionService', 'CancelAuthorization')
  async cancelAuthorization(
    request: CancelAuthorizationRequest,
    metadata: Metadata,
    call: GrpcCall,
  ): Promise<CancelAuthorizationResponse> {
    const command = parseRequest(requests.cancelSchema, request);
    const { answer } = answerOf(await cancelAuthorization(this.ledger, command, callContext(metadata, call)));
    return { transaction: answer && toTransactionMessage(answer) };
  }

  @GrpcMethod('TransactionService', 'Refund')
  async refund(request: RefundRequest, metadata: Metadata, call: GrpcCall): Promise<RefundResponse> {
    const { transactionId, amountCents } = parseRequest(requests.refundSchema, request);
    const idempotency = this.fingerprints.scope('Refund', RefundRequest, request);
    const command = { idempotency, transactionId, amount: amountCents };
    return transactionResponse(await refundPurchase(this.ledger, command, callContext(metadata, call)));
  }

  @GrpcMethod('TransactionService', 'Transfer')
  async transfer(request: TransferRequest, metadata: Metadata, call: GrpcCall): Promise<TransferResponse> {
    const said = parseRequest(requests.transferSchema, request);
    const command = {
      idempotency: this.fingerprints.scope('Transfer', TransferRequest, request),
      fromAccountId: said.fromAccountId,
      toAccountId: said.toAccountId,
      amount: said.amountCents,
      currency: said.currency,
      description: said.description,
    };
    return transactionResponse(await transferMoney(this.ledger, command, callContext(metadata, call)));
  }

  @GrpcMethod('TransactionService', 'Reverse')
  async reverse(request: ReverseRequest, metadata: Metadata, call: GrpcCall): Promise<ReverseResponse> {
    const { transactionId, reason } = parseRequest(requests.reverseSchema, request);
    const idempotency = this.fingerprints.scope('Reverse', ReverseRequest, request);
    const command = { idempotency, transactionId, reason };
    return transactionResponse(await reverseTransfer(this.ledger, command, callContext(metadata, call)));
  }

  @GrpcMethod('TransactionService', 'GetTransaction')
  async getTransaction(
    request: GetTransactionRequest,
    metadata: Metadata,
    call: GrpcCall,
  ): Promise<GetTransactionResponse> {
    const { transactionId } = parseRequest(requests.getTransactionSchema, request);
    return transactionResponse(await getTransaction(this.ledger, transactionId, callContext(metadata, call)));
  }

  @GrpcMethod('TransactionService', 'FindTransaction')
  async findTransaction(
    request: FindTransactionRequest,
    metadata: Metadata,
    call: GrpcCall,
  ): Promise<FindTransactionResponse> {
    const { caller, idempotencyKey: key } = parseRequest(requests.findTransactionSchema, request);
    return transactionResponse(await findTransaction(this.ledger, { caller, key }, callContext(metadata, call)));
  }
}

function transactionResponse(reply: Reply<Transaction>) {
  const { answer, replayed } = answerOf(reply);
  return { transaction: toTransactionMessage(answer), replayed };
}
