import { AccountType } from '@ipe/contracts/gen/bank/account/v1/account';
import { GetBalanceRequest } from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { Body, Controller, Inject, Param, Query } from '@nestjs/common';
import { AccountOwnership } from '../../application/account-ownership.ts';
import { ListAccounts } from '../../application/list-accounts.ts';
import { Accounts, Ledger, type Write } from '../../application/ports.ts';
import { present } from '../../application/refused.ts';
import {
  type AccountAnswer,
  type AccountPath,
  accountAnswer,
  accountPath,
  accountStatuses,
  accountsAnswer,
  type BalanceAnswer,
  balanceAnswer,
  type ChangeOwnStatusBody,
  changeOwnStatusBody,
  openAccountBody,
  viewAccount,
  viewBalance,
} from './account.schema.ts';
import { AsWrite, CustomerId } from './caller.ts';
import { type PageQuery, pageOnly } from './fields.ts';
import { Route } from './route.ts';
import { page } from './view.ts';

@Controller()
export class AccountsController {
  constructor(
    @Inject(Accounts) private readonly accounts: Accounts,
    @Inject(Ledger) private readonly ledger: Ledger,
    private readonly listAccounts: ListAccounts,
    private readonly ownership: AccountOwnership,
  ) {}

  @Route('GET', '/v1/accounts', {
    summary: 'List own accounts, oldest first',
    tag: 'Accounts',
    access: ['accounts:read'],
    answers: { 200: { description: 'A page', schema: accountsAnswer } },
  })
  async list(@CustomerId() customerId: string, @Query({ schema: pageOnly }) { limit, cursor }: PageQuery) {
    const answer = await this.listAccounts.run(customerId, { pageSize: limit, pageToken: cursor });
    return page(answer.accounts.map(viewAccount), answer.nextPageToken);
  }

  @Route('POST', '/v1/accounts', {
    summary: 'Open another current account',
    tag: 'Accounts',
    access: ['accounts:write'],
    answers: { 201: { description: 'Opened', schema: accountAnswer } },
  })
  async open(
    @CustomerId() customerId: string,
    @AsWrite() write: Write,
    @Body({ schema: openAccountBody }) _body: unknown,
  ): Promise<AccountAnswer> {
    const type = AccountType.ACCOUNT_TYPE_CURRENT;
    const { account } = await this.accounts.openAccount({ ...write, customerId, type, limitCents: 0n });
    return viewAccount(present(account, 'the account'));
  }

  @Route('GET', '/v1/accounts/:accountId', {
    summary: 'See an account',
    tag: 'Accounts',
    access: ['accounts:read'],
    answers: { 200: { description: 'The account', schema: accountAnswer } },
  })
  async get(
    @CustomerId() customerId: string,
    @Param({ schema: accountPath }) { accountId }: AccountPath,
  ): Promise<AccountAnswer> {
    const { account } = await this.accounts.getAccount({ accountId, customerId });
    return viewAccount(present(account, 'the account'));
  }

  @Route('GET', '/v1/accounts/:accountId/balance', {
    summary: 'See an account’s balance now',
    description: 'Read from the ledger itself: everything acknowledged before is in it.',
    tag: 'Accounts',
    access: ['accounts:read'],
    answers: { 200: { description: 'The balance', schema: balanceAnswer } },
  })
  async balance(
    @CustomerId() customerId: string,
    @Param({ schema: accountPath }) { accountId }: AccountPath,
  ): Promise<BalanceAnswer> {
    await this.ownership.require(customerId, accountId);
    const { balance } = await this.ledger.getBalance(GetBalanceRequest.fromPartial({ accountId }));
    return viewBalance(present(balance, 'the balance'));
  }

  @Route('POST', '/v1/accounts/:accountId/status', {
    summary: 'Freeze, release or close an own account',
    description:
      'A credit card’s account too. Closing needs a balance of zero and is for good. A freeze for credits or for all is ' +
      'the bank’s alone to lift.',
    tag: 'Accounts',
    access: ['accounts:write'],
    answers: { 200: { description: 'After the change', schema: accountAnswer } },
    problems: { 409: 'account_not_empty, account_closed, frozen_by_bank' },
  })
  async changeStatus(
    @CustomerId() customerId: string,
    @AsWrite() write: Write,
    @Param({ schema: accountPath }) { accountId }: AccountPath,
    @Body({ schema: changeOwnStatusBody }) body: ChangeOwnStatusBody,
  ): Promise<AccountAnswer> {
    const status = accountStatuses.toNumber(body.status);
    const { account } = await this.accounts.changeAccountStatus({ ...write, accountId, customerId, status });
    return viewAccount(present(account, 'the account'));
  }
}
