import type { Metadata } from '@grpc/grpc-js';
import {
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
import { GetPastBalance } from '../../application/get-past-balance.ts';
import { Ledger } from '../../application/ledger.ts';
import { taskOf } from '../../application/task.ts';
import { toBalance } from '../protobuf/transaction-message.ts';
import { AtLeader } from './at-leader.ts';
import { callContext, Fingerprints, type GrpcCall } from './call-context.ts';
import { LeaderLink } from './leader-link.ts';
import { answerOf } from './reply-status.ts';
import * as requests from './requests.ts';
import { toCommand } from './writes.ts';

/** The part of bank.transaction.v1.TransactionService that is about accounts. */
@Controller()
export class AccountController {
  constructor(
    private readonly ledger: Ledger,
    private readonly fingerprints: Fingerprints,
    readonly link: LeaderLink,
    private readonly getPastBalance: GetPastBalance,
  ) {}

  @AtLeader()
  async openAccount(request: OpenAccountRequest, metadata: Metadata, call: GrpcCall): Promise<OpenAccountResponse> {
    const command = toCommand('openAccount', request, this.fingerprints);
    const { answer } = answerOf(await this.ledger.execute(callContext(metadata, call), taskOf(command)));
    return { balance: toBalance(answer) };
  }

  @AtLeader()
  async changeAccount(
    request: ChangeAccountRequest,
    metadata: Metadata,
    call: GrpcCall,
  ): Promise<ChangeAccountResponse> {
    const command = toCommand('changeAccount', request, this.fingerprints);
    const { answer } = answerOf(await this.ledger.execute(callContext(metadata, call), taskOf(command)));
    return { balance: toBalance(answer) };
  }

  @AtLeader()
  async getBalance(request: GetBalanceRequest, metadata: Metadata, call: GrpcCall): Promise<GetBalanceResponse> {
    const { accountId, asOf } = parseRequest(requests.getBalanceSchema, request);
    const context = callContext(metadata, call);
    const reply = asOf
      ? await this.getPastBalance.execute(accountId, asOf.getTime(), context)
      : await getBalance(this.ledger, accountId, context);
    const { answer } = answerOf(reply);
    return { balance: toBalance(answer) };
  }

  @AtLeader()
  async getBalances(request: GetBalancesRequest, metadata: Metadata, call: GrpcCall): Promise<GetBalancesResponse> {
    const { accountIds } = parseRequest(requests.getBalancesSchema, request);
    const { answer } = answerOf(await getBalances(this.ledger, accountIds, callContext(metadata, call)));
    return { balances: answer.map(toBalance) };
  }
}
