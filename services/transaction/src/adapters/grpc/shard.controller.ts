import type { Metadata } from '@grpc/grpc-js';
import type {
  CallOffRequest,
  CallOffResponse,
  DeliverRequest,
  DeliverResponse,
  DescribeRequest,
  DescribeResponse,
  HandOverRequest,
  HandOverResponse,
  ReleaseRequest,
  ReleaseResponse,
  ReservedFor as ReservedForMessage,
  ReserveRequest,
  ReserveResponse,
} from '@ipe/contracts/gen/bank/transaction/v1/shards';
import { cents } from '@ipe/money/cents';
import { invalidRequest } from '@ipe/service-kit/refusal';
import { Controller, UseGuards } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type { Reply } from '../../application/admission.ts';
import type { ReservedFor } from '../../domain/decide-reservation.ts';
import type { Transaction } from '../../domain/transaction.ts';
import { fromRemittedMessage } from '../protobuf/journal-codec.ts';
import { fromTransactionMessage, toBalance, toTransactionMessage } from '../protobuf/transaction-message.ts';
import { callContext, type GrpcCall } from './call-context.ts';
import { ReplicasOnly } from './replica-pass.ts';
import { toNotDone } from './shard-replies.ts';
import { Shards } from './shards.ts';

const service = 'ShardService';

/** bank.transaction.v1.ShardService: what replicas ask of each other. Answered by whoever leads the shard. */
@Controller()
@UseGuards(ReplicasOnly)
export class ShardController {
  constructor(private readonly shards: Shards) {}

  @GrpcMethod(service)
  async describe(request: DescribeRequest, metadata: Metadata, call: GrpcCall): Promise<DescribeResponse> {
    const { desk } = this.shards.at(request.shard);
    const reply = await desk.describe(request.accountIds, request.transactionIds, callContext(metadata, call));
    if (reply.kind !== 'answered') return { accounts: [], transactionIds: [], notDone: toNotDone(reply) };
    const { accounts, transactionIds } = reply.answer;
    return { accounts: accounts.map(toBalance), transactionIds: [...transactionIds], notDone: undefined };
  }

  @GrpcMethod(service)
  async reserve(request: ReserveRequest, metadata: Metadata, call: GrpcCall): Promise<ReserveResponse> {
    const { shard, accountId, amountCents, currency } = request;
    const command = { accountId, amount: cents(amountCents), currency, reservedFor: whom(request.reservedFor) };
    const reply = await this.shards.at(shard).desk.reserve(command, callContext(metadata, call));
    const { answer, notDone } = toResponse(reply);
    return { reservation: answer, notDone };
  }

  @GrpcMethod(service)
  async release(
    { shard, reservationId }: ReleaseRequest,
    metadata: Metadata,
    call: GrpcCall,
  ): Promise<ReleaseResponse> {
    const reply = await this.shards.at(shard).desk.release(reservationId, callContext(metadata, call));
    const { answer, notDone } = toResponse(reply);
    return { reservation: answer, notDone };
  }

  @GrpcMethod(service)
  async deliver(request: DeliverRequest, metadata: Metadata, call: GrpcCall): Promise<DeliverResponse> {
    const { items, sequence, ...place } = request;
    const delivered = items.map(({ transaction, postings, reservationIds }) => {
      if (!transaction) throw invalidRequest([{ field: 'items.transaction', description: 'must be there' }]);
      const read = fromTransactionMessage(transaction);
      return { transaction: read, postings: postings.map(fromRemittedMessage), reservationIds };
    });
    const delivery = { ...place, sequence: Number(sequence), items: delivered };
    const reply = await this.shards.at(place.to).desk.deliver(delivery, callContext(metadata, call));
    const { answer, notDone } = toResponse(reply);
    return { transaction: answer, notDone };
  }

  @GrpcMethod(service)
  async callOff(request: CallOffRequest, metadata: Metadata, call: GrpcCall): Promise<CallOffResponse> {
    const asked = whom(request.reservedFor);
    const { desk } = this.shards.at(asked.home);
    const reply = await desk.callOff(request.reservationId, asked, callContext(metadata, call));
    if (reply.kind !== 'answered') return { named: false, notDone: toNotDone(reply) };
    return { named: reply.answer === 'named', notDone: undefined };
  }

  @GrpcMethod(service)
  handOver({ shard }: HandOverRequest): HandOverResponse {
    this.shards.at(shard).handOver();
    return {};
  }
}

function toResponse(reply: Reply<Transaction>) {
  if (reply.kind !== 'answered') return { answer: undefined, notDone: toNotDone(reply) };
  return { answer: toTransactionMessage(reply.answer), notDone: undefined };
}

function whom(message: ReservedForMessage | undefined): ReservedFor {
  if (!message) throw invalidRequest([{ field: 'reserved_for', description: 'must be there' }]);
  return message;
}
