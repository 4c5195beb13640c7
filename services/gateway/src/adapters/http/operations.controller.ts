import { BlockReason } from '@ipe/contracts/gen/bank/cards/v1/cards';
import { TransferRequest } from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { Body, Controller, Inject, Param, Query } from '@nestjs/common';
import { Accounts, Cards, Identities, Ledger, Shops, type Write } from '../../application/ports.ts';
import { present } from '../../application/refused.ts';
import { merchantScopes } from '../tokens/scopes.ts';
import {
  type AccountAnswer,
  type AccountPath,
  accountAnswer,
  accountPath,
  accountStatuses,
  accountsAnswer,
  type ChangeLimitBody,
  type ChangeStatusBody,
  type CustomerAnswer,
  type CustomerPath,
  changeLimitBody,
  changeStatusBody,
  customerAnswer,
  customerPath,
  viewAccount,
  viewCustomer,
} from './account.schema.ts';
import { AsWrite } from './caller.ts';
import { type CardAnswer, type CardPath, cardAnswer, cardPath, viewCard } from './card.schema.ts';
import { noFields, type PageQuery, pageOnly } from './fields.ts';
import { Route } from './route.ts';
import {
  type CreateMerchantBody,
  type CredentialsAnswer,
  createMerchantBody,
  credentialsAnswer,
  type MerchantAnswer,
  type MerchantPath,
  merchantAnswer,
  merchantPath,
  viewMerchant,
} from './shop.schema.ts';
import {
  type DepositBody,
  depositBody,
  type TransactionAnswer,
  transactionAnswer,
  viewTransaction,
} from './transaction.schema.ts';
import { page } from './view.ts';

/** The bank's own till: cash that comes in leaves it. */
const cash = 'system:cash';
/** To the services, the empty id means: whoever's it is. */
const anybody = '';

/** What the bank's operators do. */
@Controller()
export class OperationsController {
  constructor(
    @Inject(Accounts) private readonly accounts: Accounts,
    @Inject(Identities) private readonly identities: Identities,
    @Inject(Cards) private readonly cards: Cards,
    @Inject(Shops) private readonly shops: Shops,
    @Inject(Ledger) private readonly ledger: Ledger,
  ) {}

  @Route('POST', '/v1/merchants', {
    summary: 'Register a merchant with its account',
    tag: 'Operations',
    access: ['merchants:write'],
    answers: { 201: { description: 'Registered', schema: merchantAnswer } },
    problems: { 409: 'document_taken, email_taken' },
  })
  async createMerchant(
    @AsWrite() write: Write,
    @Body({ schema: createMerchantBody }) body: CreateMerchantBody,
  ): Promise<MerchantAnswer> {
    return viewMerchant(present((await this.shops.createMerchant({ ...write, ...body })).merchant, 'the merchant'));
  }

  @Route('POST', '/v1/merchants/:merchantId/credentials', {
    summary: 'Give a merchant a client of its own',
    description: 'The secret is told in this answer only; the same Idempotency-Key tells it again.',
    tag: 'Operations',
    access: ['merchants:write'],
    answers: { 201: { description: 'For the client-credentials grant', schema: credentialsAnswer } },
  })
  async createCredentials(
    @AsWrite() write: Write,
    @Param({ schema: merchantPath }) { merchantId }: MerchantPath,
    @Body({ schema: noFields.optional() }) _body: unknown,
  ): Promise<CredentialsAnswer> {
    await this.shops.getMerchant({ merchantId });
    const scope = Object.keys(merchantScopes).join(' ');
    const { clientId, clientSecret } = await this.identities.createClient({ ...write, merchantId, scope });
    return { clientId, clientSecret };
  }

  @Route('POST', '/v1/deposits', {
    summary: 'Pay cash into an account',
    tag: 'Operations',
    access: ['deposits:write'],
    answers: { 201: { description: 'Paid in', schema: transactionAnswer } },
    problems: { 409: 'account_frozen_for_credit, account_closed, currency_mismatch' },
  })
  async deposit(
    @AsWrite() write: Write,
    @Body({ schema: depositBody }) { accountId, amount, currency, description }: DepositBody,
  ): Promise<TransactionAnswer> {
    const sides = { fromAccountId: cash, toAccountId: accountId };
    const request = TransferRequest.fromPartial({ ...write, ...sides, amountCents: amount, currency, description });
    return viewTransaction(present((await this.ledger.transfer(request)).transaction, 'the transaction'));
  }

  @Route('PUT', '/v1/accounts/:accountId/limit', {
    summary: 'Set a credit-card account’s limit',
    tag: 'Operations',
    access: ['limits:write'],
    answers: { 200: { description: 'After the change', schema: accountAnswer } },
    problems: { 422: 'limit_in_use' },
  })
  async changeLimit(
    @AsWrite() write: Write,
    @Param({ schema: accountPath }) { accountId }: AccountPath,
    @Body({ schema: changeLimitBody }) { limit }: ChangeLimitBody,
  ): Promise<AccountAnswer> {
    const { account } = await this.accounts.changeCreditLimit({ ...write, accountId, limitCents: limit });
    return viewAccount(present(account, 'the account'));
  }

  @Route('POST', '/v1/operations/accounts/:accountId/status', {
    summary: 'Freeze, release or close any account',
    tag: 'Operations',
    access: ['accounts:admin'],
    answers: { 200: { description: 'After the change', schema: accountAnswer } },
    problems: { 409: 'account_not_empty, account_closed' },
  })
  async changeStatus(
    @AsWrite() write: Write,
    @Param({ schema: accountPath }) { accountId }: AccountPath,
    @Body({ schema: changeStatusBody }) body: ChangeStatusBody,
  ): Promise<AccountAnswer> {
    const status = accountStatuses.toNumber(body.status);
    const request = { ...write, accountId, customerId: anybody, status };
    return viewAccount(present((await this.accounts.changeAccountStatus(request)).account, 'the account'));
  }

  @Route('POST', '/v1/operations/cards/:cardId/block', {
    summary: 'Block any card, for the bank’s reasons',
    tag: 'Operations',
    access: ['cards:admin'],
    answers: { 200: { description: 'After the block', schema: cardAnswer } },
  })
  async blockCard(
    @AsWrite() write: Write,
    @Param({ schema: cardPath }) { cardId }: CardPath,
    @Body({ schema: noFields.optional() }) _body: unknown,
  ): Promise<CardAnswer> {
    const request = { ...write, cardId, customerId: anybody, reason: BlockReason.BLOCK_REASON_BANK };
    return viewCard(present((await this.cards.blockCard(request)).card, 'the card'));
  }

  @Route('POST', '/v1/operations/cards/:cardId/unblock', {
    summary: 'Lift any card’s block',
    tag: 'Operations',
    access: ['cards:admin'],
    answers: { 200: { description: 'After it', schema: cardAnswer } },
  })
  async unblockCard(
    @AsWrite() write: Write,
    @Param({ schema: cardPath }) { cardId }: CardPath,
    @Body({ schema: noFields.optional() }) _body: unknown,
  ): Promise<CardAnswer> {
    const { card } = await this.cards.unblockCard({ ...write, cardId, customerId: anybody });
    return viewCard(present(card, 'the card'));
  }

  @Route('GET', '/v1/operations/customers/:customerId', {
    summary: 'See any customer',
    tag: 'Operations',
    access: ['customers:read'],
    answers: { 200: { description: 'The customer', schema: customerAnswer } },
  })
  async customer(@Param({ schema: customerPath }) { customerId }: CustomerPath): Promise<CustomerAnswer> {
    return viewCustomer(present((await this.accounts.getCustomer({ customerId })).customer, 'the customer'));
  }

  @Route('GET', '/v1/operations/customers/:customerId/accounts', {
    summary: 'List any customer’s accounts, oldest first',
    tag: 'Operations',
    access: ['customers:read'],
    answers: { 200: { description: 'A page', schema: accountsAnswer } },
  })
  async customerAccounts(
    @Param({ schema: customerPath }) { customerId }: CustomerPath,
    @Query({ schema: pageOnly }) { limit, cursor }: PageQuery,
  ) {
    const answer = await this.accounts.listAccounts({ customerId, pageSize: limit, pageToken: cursor });
    // A customer without an account is not nobody: only this tells a mistyped id.
    if (answer.accounts.length === 0) await this.accounts.getCustomer({ customerId });
    return page(answer.accounts.map(viewAccount), answer.nextPageToken);
  }
}
