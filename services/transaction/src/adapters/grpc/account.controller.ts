import type { Metadata } from '@grpc/grpc-js';
import {
  type Balance,
  type ChangeAccountRequest,
  type ChangeAccountResponse,
  type GetBalanceRequest,
  type GetBalanceResponse,
  type GetBalancesRequest,
  type GetBalancesResponse,
  type OpenAccountRequest,
  type OpenAccountResponse,
} from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { parseRequest } from '@ipe/service-kit/grpc-request';
import { Controller } from '@nestjs/common';
import { getBalance, getBalances } from '../../application/get-balance.ts';
import { PastBalances } from '../../application/get-past-balance.ts';
import { ShardedLedger } from '../../application/shards/sharded-ledger.ts';
import { toBalance } from '../protobuf/transaction-message.ts';
import { AtAnyReplica, AtLeader } from './at-leader.ts';
import { callContext, Fingerprints, type GrpcCall } from './call-context.ts';
import { answerOf } from './reply-status.ts';
import * as requests from './requests.ts';
import { Shards } from './shards.ts';
import { toCommand } from './writes.ts';

/** The part of bank.transaction.v1.TransactionService that is about accounts. */
@Controller()
export class AccountController {
  constructor(
    private readonly ledger: ShardedLedger,
    private readonly fingerprints: Fingerprints,
    readonly shards: Shards,
    private readonly past: PastBalances,
  ) {}

  @AtLeader()
  async openAccount(request: OpenAccountRequest, metadata: Metadata, call: GrpcCall): Promise<OpenAccountResponse> {
    const command = toCommand('openAccount', request, this.fingerprints);
    const { answer } = answerOf(await this.ledger.execute(command, callContext(metadata, call)));
    return { balance: toBalance(answer) };
  }

  @AtLeader()
  async changeAccount(
    request: ChangeAccountRequest,
    metadata: Metadata,
    call: GrpcCall,
  ): Promise<ChangeAccountResponse> {
    const command = toCommand('changeAccount', request, this.fingerprints);
    const { answer } = answerOf(await this.ledger.execute(command, callContext(metadata, call)));
    return { balance: toBalance(answer) };
  }

  @AtLeader()
  async getBalance(request: GetBalanceRequest, metadata: Metadata, call: GrpcCall): Promise<GetBalanceResponse> {
    const { accountId, asOf } = parseRequest(requests.getBalanceSchema, request);
    const context = callContext(metadata, call);
    const shard = this.shards.ofAccount(accountId);
    const reply = asOf
      ? await this.past.of(shard).execute(accountId, asOf.getTime(), context)
      : await getBalance(this.shards.at(shard).ledger, accountId, context);
    const { answer } = answerOf(reply);
    return { balance: toBalance(answer) };
  }

  /** Of accounts of one shard, all at one and the same moment; each shard has its own moment. */
  @AtAnyReplica()
  async getBalances(request: GetBalancesRequest, metadata: Metadata, call: GrpcCall): Promise<GetBalancesResponse> {
    const { accountIds } = parseRequest(requests.getBalancesSchema, request);
    const context = callContext(metadata, call);
    const byShard = Map.groupBy(accountIds, (accountId) => this.shards.ofAccount(accountId));
    const read = [...byShard].map(([shard, some]) =>
      this.shards.serve<GetBalancesResponse>(shard, 'getBalances', { accountIds: some }, metadata, call, async () => {
        const { answer } = answerOf(await getBalances(this.shards.at(shard).ledger, some, context));
        return { balances: answer.map(toBalance) };
      }),
    );
    const balances = (await Promise.all(read)).flatMap((response) => response.balances);
    if (byShard.size === 1) return { balances };
    const places = new Map(accountIds.map((accountId, place) => [accountId, place]));
    const placeOf = ({ accountId }: Balance) => places.get(accountId) ?? 0;
    return { balances: balances.toSorted((one, other) => placeOf(one) - placeOf(other)) };
  }
}
