import { type Metadata, status } from '@grpc/grpc-js';
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
import { GrpcRefusal } from '@ipe/service-kit/refusal';
import { Controller } from '@nestjs/common';
import { type Reply, unserved } from '../../application/admission.ts';
import { AuthorizePurchase } from '../../application/authorize-purchase.ts';
import { cancelAuthorization } from '../../application/cancel-authorization.ts';
import { findTransaction, getTransaction } from '../../application/get-transaction.ts';
import { ShardedLedger } from '../../application/shards/sharded-ledger.ts';
import type { Command } from '../../domain/command.ts';
import { homeOfPurchase } from '../../domain/home-of.ts';
import type { Transaction } from '../../domain/transaction.ts';
import { toTransactionMessage } from '../protobuf/transaction-message.ts';
import { AtAnyReplica, AtLeader } from './at-leader.ts';
import { callContext, Fingerprints, type GrpcCall } from './call-context.ts';
import { answerOf, refusalOf } from './reply-status.ts';
import * as requests from './requests.ts';
import { Shards } from './shards.ts';
import { toCommand } from './writes.ts';

type TransactionCommand = Exclude<Command, { kind: 'openAccount' | 'changeAccount' }>;
type TransactionResponse = { transaction: ReturnType<typeof toTransactionMessage>; replayed: boolean };

/** The part of bank.transaction.v1.TransactionService that is about transactions, one a call. */
@Controller()
export class TransactionController {
  constructor(
    private readonly ledger: ShardedLedger,
    private readonly authorizePurchase: AuthorizePurchase,
    private readonly fingerprints: Fingerprints,
    readonly shards: Shards,
  ) {}

  /** Where it belongs is known once the card is: to the shard of the account that pays. */
  @AtAnyReplica()
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
    const context = callContext(metadata, call);
    const finding = this.shards.count > 1 ? await this.authorizePurchase.findCard(card, context) : undefined;
    const home = finding ? homeOfPurchase(command.idempotency, finding, this.shards.count) : 0;
    if (home === undefined) throw refusalOf(unserved('card_state_unknown'));
    const known = finding && { home, finding };
    return this.shards.serve(home, 'authorize', request, metadata, call, async () =>
      transactionResponse(await this.authorizePurchase.execute(command, card, context, known)),
    );
  }

  @AtLeader()
  capture(request: CaptureRequest, metadata: Metadata, call: GrpcCall): Promise<CaptureResponse> {
    return this.execute(toCommand('capture', request, this.fingerprints), metadata, call);
  }

  @AtLeader()
  void(request: VoidRequest, metadata: Metadata, call: GrpcCall): Promise<VoidResponse> {
    return this.execute(toCommand('void', request, this.fingerprints), metadata, call);
  }

  /** Whose card it will come with is not known: no shard may approve it any more. */
  @AtAnyReplica()
  async cancelAuthorization(
    request: CancelAuthorizationRequest,
    metadata: Metadata,
    call: GrpcCall,
  ): Promise<CancelAuthorizationResponse> {
    const command = parseRequest(requests.cancelSchema, request);
    const context = callContext(metadata, call);
    const cancelled = this.shards.ofCall(metadata).map((shard) =>
      this.shards.serve<CancelAuthorizationResponse>(
        shard,
        'cancelAuthorization',
        request,
        metadata,
        call,
        async () => {
          const { answer } = answerOf(await cancelAuthorization(this.shards.at(shard).ledger, command, context));
          return { transaction: answer && toTransactionMessage(answer) };
        },
      ),
    );
    const responses = await Promise.all(cancelled);
    return responses.find(({ transaction }) => transaction) ?? { transaction: undefined };
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
    const { ledger } = this.shards.at(this.shards.ofTransaction(transactionId));
    return transactionResponse(await getTransaction(ledger, transactionId, callContext(metadata, call)));
  }

  /** A key does not tell where its write was decided: every shard is asked. */
  @AtAnyReplica()
  async findTransaction(
    request: FindTransactionRequest,
    metadata: Metadata,
    call: GrpcCall,
  ): Promise<FindTransactionResponse> {
    const { caller, idempotencyKey: key } = parseRequest(requests.findTransactionSchema, request);
    const context = callContext(metadata, call);
    const found = this.shards
      .ofCall(metadata)
      .map((shard) =>
        this.shards.serve<FindTransactionResponse>(shard, 'findTransaction', request, metadata, call, async () =>
          transactionResponse(await findTransaction(this.shards.at(shard).ledger, { caller, key }, context)),
        ),
      );
    return oneFound(await Promise.allSettled(found));
  }

  private async execute(command: TransactionCommand, metadata: Metadata, call: GrpcCall): Promise<TransactionResponse> {
    return transactionResponse(await this.ledger.execute(command, callContext(metadata, call)));
  }
}

/** What some shard has found. Throws when one could not be asked, or all know that there is nothing. */
function oneFound(found: ReadonlyArray<PromiseSettledResult<FindTransactionResponse>>): FindTransactionResponse {
  const there = found.find((one) => one.status === 'fulfilled');
  if (there) return there.value;
  const reasons = found.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  throw reasons.find((reason) => !isNotFound(reason)) ?? reasons[0];
}

function isNotFound(reason: unknown): boolean {
  return reason instanceof GrpcRefusal && reason.code === status.NOT_FOUND;
}

function transactionResponse(reply: Reply<Transaction>): TransactionResponse {
  const { answer, replayed } = answerOf(reply);
  return { transaction: toTransactionMessage(answer), replayed };
}
