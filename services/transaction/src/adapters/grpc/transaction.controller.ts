import type { Metadata } from '@grpc/grpc-js';
import {
  AuthorizeRequest,
  type AuthorizeResponse,
  type CancelAuthorizationRequest,
  type CancelAuthorizationResponse,
  type CaptureRequest,
  type CaptureResponse,
  type FindTransactionRequest,
  type FindTransactionResponse,
  type GetTransactionRequest,
  type GetTransactionResponse,
  type HoldRequest,
  type HoldResponse,
  type IncrementRequest,
  type IncrementResponse,
  type PostByTemplateRequest,
  type PostByTemplateResponse,
  type PostRequest,
  type PostResponse,
  type RefundRequest,
  type RefundResponse,
  type ReverseRequest,
  type ReverseResponse,
  type TransferRequest,
  type TransferResponse,
  type VoidRequest,
  type VoidResponse,
} from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { parseRequest } from '@ipe/service-kit/grpc-request';
import { Controller } from '@nestjs/common';
import type { Reply } from '../../application/admission.ts';
import { AuthorizePurchase } from '../../application/authorize-purchase.ts';
import { cancelAuthorization } from '../../application/cancel-authorization.ts';
import { findTransaction, getTransaction } from '../../application/get-transaction.ts';
import { Ledger } from '../../application/ledger.ts';
import { taskOf } from '../../application/task.ts';
import type { Command } from '../../domain/command.ts';
import type { Transaction } from '../../domain/transaction.ts';
import { toTransactionMessage } from '../protobuf/transaction-message.ts';
import { AtLeader } from './at-leader.ts';
import { callContext, Fingerprints, type GrpcCall } from './call-context.ts';
import { LeaderLink } from './leader-link.ts';
import { answerOf } from './reply-status.ts';
import * as requests from './requests.ts';
import { toCommand } from './writes.ts';

type TransactionCommand = Exclude<Command, { kind: 'openAccount' | 'changeAccount' }>;
type TransactionResponse = { transaction: ReturnType<typeof toTransactionMessage>; replayed: boolean };

/** The part of bank.transaction.v1.TransactionService that is about transactions, one a call. */
@Controller()
export class TransactionController {
  constructor(
    private readonly ledger: Ledger,
    private readonly authorizePurchase: AuthorizePurchase,
    private readonly fingerprints: Fingerprints,
    readonly link: LeaderLink,
  ) {}

  @AtLeader()
  async authorize(request: AuthorizeRequest, metadata: Metadata, call: GrpcCall): Promise<AuthorizeResponse> {
    const { card, merchant, amountCents, expiresAt, ...said } = parseRequest(requests.authorizeSchema, request);
    const command = {
      idempotency: this.fingerprints.sealedScope('Authorize', AuthorizeRequest, request),
      merchant,
      amount: amountCents,
      currency: said.currency,
      installments: said.installments,
      orderId: said.orderId,
      expiresAt: expiresAt?.getTime(),
    };
    return transactionResponse(await this.authorizePurchase.execute(command, card, callContext(metadata, call)));
  }

  @AtLeader()
  capture(request: CaptureRequest, metadata: Metadata, call: GrpcCall): Promise<CaptureResponse> {
    return this.execute(toCommand('capture', request, this.fingerprints), metadata, call);
  }

  @AtLeader()
  void(request: VoidRequest, metadata: Metadata, call: GrpcCall): Promise<VoidResponse> {
    return this.execute(toCommand('void', request, this.fingerprints), metadata, call);
  }

  @AtLeader()
  async cancelAuthorization(
    request: CancelAuthorizationRequest,
    metadata: Metadata,
    call: GrpcCall,
  ): Promise<CancelAuthorizationResponse> {
    const command = parseRequest(requests.cancelSchema, request);
    const { answer } = answerOf(await cancelAuthorization(this.ledger, command, callContext(metadata, call)));
    return { transaction: answer && toTransactionMessage(answer) };
  }

  @AtLeader()
  refund(request: RefundRequest, metadata: Metadata, call: GrpcCall): Promise<RefundResponse> {
    return this.execute(toCommand('refund', request, this.fingerprints), metadata, call);
  }

  @AtLeader()
  transfer(request: TransferRequest, metadata: Metadata, call: GrpcCall): Promise<TransferResponse> {
    return this.execute(toCommand('transfer', request, this.fingerprints), metadata, call);
  }

  @AtLeader()
  post(request: PostRequest, metadata: Metadata, call: GrpcCall): Promise<PostResponse> {
    return this.execute(toCommand('post', request, this.fingerprints), metadata, call);
  }

  @AtLeader()
  postByTemplate(request: PostByTemplateRequest, metadata: Metadata, call: GrpcCall): Promise<PostByTemplateResponse> {
    return this.execute(toCommand('postByTemplate', request, this.fingerprints), metadata, call);
  }

  @AtLeader()
  hold(request: HoldRequest, metadata: Metadata, call: GrpcCall): Promise<HoldResponse> {
    return this.execute(toCommand('hold', request, this.fingerprints), metadata, call);
  }

  @AtLeader()
  increment(request: IncrementRequest, metadata: Metadata, call: GrpcCall): Promise<IncrementResponse> {
    return this.execute(toCommand('increment', request, this.fingerprints), metadata, call);
  }

  @AtLeader()
  reverse(request: ReverseRequest, metadata: Metadata, call: GrpcCall): Promise<ReverseResponse> {
    return this.execute(toCommand('reverse', request, this.fingerprints), metadata, call);
  }

  @AtLeader()
  async getTransaction(
    request: GetTransactionRequest,
    metadata: Metadata,
    call: GrpcCall,
  ): Promise<GetTransactionResponse> {
    const { transactionId } = parseRequest(requests.getTransactionSchema, request);
    return transactionResponse(await getTransaction(this.ledger, transactionId, callContext(metadata, call)));
  }

  @AtLeader()
  async findTransaction(
    request: FindTransactionRequest,
    metadata: Metadata,
    call: GrpcCall,
  ): Promise<FindTransactionResponse> {
    const { caller, idempotencyKey: key } = parseRequest(requests.findTransactionSchema, request);
    return transactionResponse(await findTransaction(this.ledger, { caller, key }, callContext(metadata, call)));
  }

  private async execute(command: TransactionCommand, metadata: Metadata, call: GrpcCall): Promise<TransactionResponse> {
    return transactionResponse(await this.ledger.execute(callContext(metadata, call), taskOf(command)));
  }
}

function transactionResponse(reply: Reply<Transaction>): TransactionResponse {
  const { answer, replayed } = answerOf(reply);
  return { transaction: toTransactionMessage(answer), replayed };
}
