import type { Metadata } from '@grpc/grpc-js';
import {
  ChangeAccountRequest,
  type ChangeAccountResponse,
  type GetBalanceRequest,
  type GetBalanceResponse,
  OpenAccountRequest,
  type OpenAccountResponse,
} from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { parseRequest } from '@ipe/service-kit/grpc-request';
import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import { changeAccount } from '../../application/change-account.ts';
import { getBalance } from '../../application/get-balance.ts';
import { Ledger } from '../../application/ledger.ts';
import { openAccount } from '../../application/open-account.ts';
import { toBalance } from '../protobuf/transaction-message.ts';
import { callContext, Fingerprints, type GrpcCall } from './call-context.ts';
import { answerOf } from './reply-status.ts';
import * as requests from './requests.ts';

/** The part of bank.transaction.v1.TransactionService that is about accounts. */
@Controller()
export class AccountController {
  constructor(
    private readonly ledger: Ledger,
    private readonly fingerprints: Fingerprints,
  ) {}

  @GrpcMethod('TransactionService', 'OpenAccount')
  async openAccount(request: OpenAccountRequest, metadata: Metadata, call: GrpcCall): Promise<OpenAccountResponse> {
    const said = parseRequest(requests.openAccountSchema, request);
    const command = {
      idempotency: this.fingerprints.scope('OpenAccount', OpenAccountRequest, request),
      accountId: said.accountId,
      accountClass: said.accountClass,
      currency: said.currency,
      limit: said.limitCents,
    };
    const { answer } = answerOf(await openAccount(this.ledger, command, callContext(metadata, call)));
    return { balance: toBalance(answer) };
  }

  @GrpcMethod('TransactionService', 'ChangeAccount')
  async changeAccount(
    request: ChangeAccountRequest,
    metadata: Metadata,
    call: GrpcCall,
  ): Promise<ChangeAccountResponse> {
    const { accountId, limitCents, status } = parseRequest(requests.changeAccountSchema, request);
    const idempotency = this.fingerprints.scope('ChangeAccount', ChangeAccountRequest, request);
    const command = { idempotency, accountId, limit: limitCents, status };
    const { answer } = answerOf(await changeAccount(this.ledger, command, callContext(metadata, call)));
    return { balance: toBalance(answer) };
  }

  @GrpcMethod('TransactionService', 'GetBalance')
  async getBalance(request: GetBalanceRequest, metadata: Metadata, call: GrpcCall): Promise<GetBalanceResponse> {
    const { accountId } = parseRequest(requests.getBalanceSchema, request);
    const { answer } = answerOf(await getBalance(this.ledger, accountId, callContext(metadata, call)));
    return { balance: toBalance(answer) };
  }
}
