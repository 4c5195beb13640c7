import { status } from '@grpc/grpc-js';
import { AccountStatus } from '@ipe/contracts/gen/bank/account/v1/account';
import { BlockReason } from '@ipe/contracts/gen/bank/cards/v1/cards';
import { notFound } from '@ipe/service-kit/refusal';
import { GatewayUnderTest } from './gateway-under-test.ts';
import { account, card, customer, merchant, posting, transaction } from './samples.ts';

let bank: GatewayUnderTest;
let operator: string;
beforeAll(async () => {
  bank = await GatewayUnderTest.start();
  operator = await bank.issuer.operator();
  bank.account.answer({
    getCustomer: () => ({ customer }),
    listAccounts: () => ({ accounts: [account('acc_1')], nextPageToken: '' }),
    changeAccountStatus: ({ accountId }) => ({ account: account(accountId) }),
    changeCreditLimit: ({ accountId }) => ({ account: account(accountId) }),
  });
  bank.cards.answer({ blockCard: () => ({ card }), unblockCard: () => ({ card }) });
  bank.checkout.answer({
    createMerchant: () => ({ merchant }),
    getMerchant: ({ merchantId }) => {
      if (merchantId !== 'mer_1') throw notFound('merchant');
      return { merchant };
    },
  });
  bank.auth.answer({ createClient: () => ({ clientId: 'cli_1', clientSecret: 'told-once' }) });
  bank.transaction.answer({
    transfer: () => ({ transaction: { ...transaction, debitAccountId: 'system:cash' }, replayed: false }),
    getTransaction: ({ transactionId }) => ({ transaction: transactionId === 'txn_many' ? posting : transaction }),
  });
});
afterAll(() => bank.stop());

const asOperator = (key: string) => ({ token: operator, key });

test('registers a merchant and gives it a client with the merchant’s scopes', async () => {
  const body = { name: 'Livraria Ipê Amarelo', document: '12ABC34501DE35', email: 'a@livraria.example', mcc: '5942' };
  const created = await bank.post('/v1/merchants', body, asOperator('m-1'));
  expect([created.status, created.body.merchantId, created.body.accountId]).toEqual([201, 'mer_1', 'acc_shop']);
  expect(bank.checkout.asked('createMerchant').at(-1)).toEqual({
    ...body,
    caller: 'client:ipe-operator',
    idempotencyKey: 'm-1',
  });
  const credentials = await bank.post('/v1/merchants/mer_1/credentials', {}, asOperator('m-2'));
  expect(credentials.body).toEqual({ clientId: 'cli_1', clientSecret: 'told-once' });
  expect(bank.auth.asked('createClient').at(-1)).toMatchObject({
    merchantId: 'mer_1',
    scope: 'products:write payments:read refunds:write orders:read merchant:read',
  });
});

test('gives no client to a merchant that does not exist', async () => {
  const before = bank.auth.asked('createClient').length;
  const answer = await bank.post('/v1/merchants/mer_9/credentials', {}, asOperator('m-3'));
  expect([answer.status, answer.body.code]).toEqual([404, 'merchant_not_found']);
  expect(bank.auth.asked('createClient').length).toBe(before);
});

test('a deposit is a transfer from the bank’s till', async () => {
  const body = { accountId: 'acc_1', amount: '250.00', currency: 'BRL', description: 'Depósito' };
  const answer = await bank.post('/v1/deposits', body, asOperator('d-1'));
  expect([answer.status, answer.body.debitAccountId]).toEqual([201, 'system:cash']);
  expect(bank.transaction.asked('transfer').at(-1)).toMatchObject({
    caller: 'client:ipe-operator',
    idempotencyKey: 'd-1',
    fromAccountId: 'system:cash',
    toAccountId: 'acc_1',
    amountCents: 25_000n,
    currency: 'BRL',
    description: 'Depósito',
  });
});

test('sets a limit, zero too', async () => {
  const answer = await bank.put('/v1/accounts/acc_card/limit', { limit: '0.00' }, asOperator('l-1'));
  expect(answer.status).toBe(200);
  expect(bank.account.asked('changeCreditLimit').at(-1)).toMatchObject({ accountId: 'acc_card', limitCents: 0n });
});

test('freezes any account and blocks any card for the bank’s reasons', async () => {
  const path = '/v1/operations/accounts/acc_7/status';
  expect((await bank.post(path, { status: 'frozen' }, asOperator('f-1'))).status).toBe(200);
  expect(bank.account.asked('changeAccountStatus').at(-1)).toMatchObject({
    accountId: 'acc_7',
    customerId: '',
    status: AccountStatus.ACCOUNT_STATUS_FROZEN,
  });
  expect((await bank.post('/v1/operations/cards/crd_7/block', {}, asOperator('b-1'))).status).toBe(200);
  expect(bank.cards.asked('blockCard').at(-1)).toMatchObject({
    cardId: 'crd_7',
    customerId: '',
    reason: BlockReason.BLOCK_REASON_BANK,
  });
  expect((await bank.post('/v1/operations/cards/crd_7/unblock', undefined, asOperator('u-1'))).status).toBe(200);
});

test('sees any customer, their accounts and any transaction', async () => {
  const token = operator;
  expect((await bank.get('/v1/operations/customers/cus_ana', { token })).body.name).toBe('Ana Souza');
  const accounts = await bank.get('/v1/operations/customers/cus_ana/accounts', { token });
  expect(accounts.body).toMatchObject({ data: [{ accountId: 'acc_1' }], nextCursor: null });
  expect((await bank.get('/v1/transactions/txn_1', { token })).status).toBe(200);
  expect(bank.account.asked('getAccount')).toEqual([]);
});

test.each([
  ['frozen_for_credit', AccountStatus.ACCOUNT_STATUS_FROZEN_FOR_CREDIT],
  ['frozen_for_all', AccountStatus.ACCOUNT_STATUS_FROZEN_FOR_ALL],
])('sets an account to %s', async (word, expected) => {
  const answer = await bank.post('/v1/operations/accounts/acc_7/status', { status: word }, asOperator(`f-${word}`));
  expect(answer.status).toBe(200);
  expect(bank.account.asked('changeAccountStatus').at(-1)).toMatchObject({ accountId: 'acc_7', status: expected });
});

test('sees all of a posting: every line, what is mended, the template and the notes', async () => {
  const { body } = await bank.get('/v1/transactions/txn_many', { token: operator });
  expect(body).toMatchObject({
    kind: 'posting',
    reversed: '200',
    template: 'points',
    metadata: { campaign: 'november' },
    lines: [
      { accountId: 'system:points', amount: '-700', reversed: '200', currency: 'PONTOS/0' },
      { accountId: 'acc_1', amount: '500', reversed: '0', currency: 'PONTOS/0' },
      { accountId: 'acc_bea', amount: '200', reversed: '200', currency: 'PONTOS/0' },
    ],
  });
  const plain = await bank.get('/v1/transactions/txn_1', { token: operator });
  expect(plain.body).toMatchObject({ reversed: '0.00' });
  expect([plain.body.lines, plain.body.metadata]).toEqual([undefined, undefined]);
});

test('a customer may do none of this', async () => {
  const token = await bank.issuer.customer('cus_ana');
  const deposit = { accountId: 'acc_1', amount: '1.00', currency: 'BRL', description: 'x' };
  expect((await bank.post('/v1/deposits', deposit, { token })).status).toBe(403);
  expect((await bank.put('/v1/accounts/acc_1/limit', { limit: '1.00' }, { token })).status).toBe(403);
  expect((await bank.post('/v1/operations/accounts/acc_1/status', { status: 'active' }, { token })).status).toBe(403);
  expect((await bank.get('/v1/operations/customers/cus_bea', { token })).body.code).toBe('insufficient_scope');
});

test('a bug behind the gateway is 502 and tells nothing of itself', async () => {
  bank.account.answer({
    getCustomer: () => {
      throw Object.assign(new Error('secret of the store'), { code: status.INTERNAL });
    },
  });
  const answer = await bank.get('/v1/operations/customers/cus_ana', { token: operator });
  expect([answer.status, answer.body.code]).toEqual([502, 'service_failed']);
  expect(JSON.stringify(answer.body)).not.toContain('secret');
});

test('the accounts of nobody are 404, of a customer without any an empty list', async () => {
  const path = (customerId: string) => `/v1/operations/customers/${customerId}/accounts`;
  bank.account.answer({
    listAccounts: () => ({ accounts: [], nextPageToken: '' }),
    getCustomer: ({ customerId }) => {
      if (customerId !== 'cus_new') throw notFound('customer');
      return { customer };
    },
  });
  const unknown = await bank.get(path('cus_x'), { token: operator });
  expect([unknown.status, unknown.body.code]).toEqual([404, 'customer_not_found']);
  const empty = await bank.get(path('cus_new'), { token: operator });
  expect([empty.status, empty.body]).toEqual([200, { data: [], nextCursor: null }]);
});
