import type {
  ChangeAccountStatusRequest,
  ChangeAccountStatusResponse,
  ChangeCreditLimitRequest,
  ChangeCreditLimitResponse,
  CreateCustomerRequest,
  CreateCustomerResponse,
  GetAccountRequest,
  GetAccountResponse,
  GetCustomerRequest,
  GetCustomerResponse,
  ListAccountsRequest,
  ListAccountsResponse,
  OpenAccountRequest,
  OpenAccountResponse,
} from '@ipe/contracts/gen/bank/account/v1/account';
import { parseRequest } from '@ipe/service-kit/grpc-request';
import { decodePageToken, encodePageToken } from '@ipe/service-kit/page-token';
import { invalidRequest, notFound } from '@ipe/service-kit/refusal';
import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import { ChangeAccountStatus } from '../../application/change-account-status.ts';
import { ChangeCreditLimit } from '../../application/change-credit-limit.ts';
import { CreateCustomer } from '../../application/create-customer.ts';
import { GetAccount } from '../../application/get-account.ts';
import { GetCustomer } from '../../application/get-customer.ts';
import { ListAccounts } from '../../application/list-accounts.ts';
import { OpenAccount } from '../../application/open-account.ts';
import type { Outcome } from '../../application/ports.ts';
import { accountsOpened } from '../metrics/account-metrics.ts';
import { accountMessage, customerMessage } from '../protobuf/messages.ts';
import { refusalStatus } from './refusal-status.ts';
import * as requests from './requests.ts';

@Controller()
export class AccountController {
  constructor(
    private readonly createCustomerCase: CreateCustomer,
    private readonly getCustomerCase: GetCustomer,
    private readonly openAccountCase: OpenAccount,
    private readonly getAccountCase: GetAccount,
    private readonly listAccountsCase: ListAccounts,
    private readonly changeStatusCase: ChangeAccountStatus,
    private readonly changeLimitCase: ChangeCreditLimit,
  ) {}

  @GrpcMethod('AccountService', 'CreateCustomer')
  async createCustomer(request: CreateCustomerRequest): Promise<CreateCustomerResponse> {
    const { name, document, email, ...scope } = parseRequest(requests.createCustomer, request);
    const outcome = await this.createCustomerCase.execute({ write: toWrite(scope), name, document, email });
    return { customer: customerMessage(answerOf(outcome)) };
  }

  @GrpcMethod('AccountService', 'GetCustomer')
  async getCustomer(request: GetCustomerRequest): Promise<GetCustomerResponse> {
    const { customerId } = parseRequest(requests.getCustomer, request);
    const customer = await this.getCustomerCase.execute(customerId);
    if (!customer) throw notFound('customer');
    return { customer: customerMessage(customer) };
  }

  @GrpcMethod('AccountService', 'OpenAccount')
  async openAccount(request: OpenAccountRequest): Promise<OpenAccountResponse> {
    const { customerId, type, limitCents: limit, ...scope } = parseRequest(requests.openAccount, request);
    const outcome = await this.openAccountCase.execute({ write: toWrite(scope), customerId, type, limit });
    if (outcome.kind === 'done' && !outcome.replayed) accountsOpened.inc({ type });
    return { account: accountMessage(answerOf(outcome)) };
  }

  @GrpcMethod('AccountService', 'GetAccount')
  async getAccount(request: GetAccountRequest): Promise<GetAccountResponse> {
    const { accountId, customerId } = parseRequest(requests.getAccount, request);
    const account = await this.getAccountCase.execute(accountId, customerId);
    if (!account) throw notFound('account');
    return { account: accountMessage(account) };
  }

  @GrpcMethod('AccountService', 'ListAccounts')
  async listAccounts(request: ListAccountsRequest): Promise<ListAccountsResponse> {
    const { customerId, pageSize, pageToken } = parseRequest(requests.listAccounts, request);
    const page = await this.listAccountsCase.execute(customerId, pageSize, toCursor(pageToken));
    return {
      accounts: page.accounts.map(accountMessage),
      nextPageToken: encodePageToken(page.next === undefined ? undefined : { after: page.next }),
    };
  }

  @GrpcMethod('AccountService', 'ChangeAccountStatus')
  async changeAccountStatus(request: ChangeAccountStatusRequest): Promise<ChangeAccountStatusResponse> {
    const { accountId, customerId, status, ...scope } = parseRequest(requests.changeAccountStatus, request);
    const outcome = await this.changeStatusCase.execute({ write: toWrite(scope), accountId, customerId, status });
    return { account: accountMessage(answerOf(outcome)) };
  }

  @GrpcMethod('AccountService', 'ChangeCreditLimit')
  async changeCreditLimit(request: ChangeCreditLimitRequest): Promise<ChangeCreditLimitResponse> {
    const { accountId, limitCents: limit, ...scope } = parseRequest(requests.changeCreditLimit, request);
    const outcome = await this.changeLimitCase.execute({ write: toWrite(scope), accountId, limit });
    return { account: accountMessage(answerOf(outcome)) };
  }
}

function toWrite({ caller, idempotencyKey }: { caller: string; idempotencyKey: string }) {
  return { caller, key: idempotencyKey };
}

function answerOf<T>(outcome: Outcome<T>): T {
  if (outcome.kind === 'refused') throw refusalStatus(outcome.refusal);
  return outcome.value;
}

function toCursor(pageToken: string): string | undefined {
  const cursor = decodePageToken(pageToken);
  if (cursor === undefined) return undefined;
  const checked = requests.pageCursor.safeParse(cursor);
  if (checked.success) return checked.data.after;
  throw invalidRequest([{ field: 'page_token', description: 'must be a token from the page before' }]);
}
