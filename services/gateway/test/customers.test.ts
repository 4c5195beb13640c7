import { status } from '@grpc/grpc-js';
import { AccountStatus } from '@ipe/contracts/gen/bank/account/v1/account';
import { BlockReason } from '@ipe/contracts/gen/bank/cards/v1/cards';
import { LineKind } from '@ipe/contracts/gen/bank/statement/v1/statement';
import { Balance, AccountStatus as LedgerStatus } from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { GrpcRefusal, idempotencyKeyReused, invalidRequest, notFound } from '@ipe/service-kit/refusal';
import { GatewayUnderTest } from './gateway-under-test.ts';
import { account, at, card, line, posting, transaction } from './samples.ts';

const reais = { postedCents: 9007199254740993n, status: LedgerStatus.ACCOUNT_STATUS_ACTIVE, currency: 'BRL' };
const points = {
  ...{ postedCents: 1_500n, availableCents: 1_500n, currency: 'PONTOS/0' },
  status: LedgerStatus.ACCOUNT_STATUS_FROZEN_FOR_CREDIT,
};

let bank: GatewayUnderTest;
let ana: string;
let bea: string;
beforeAll(async () => {
  bank = await GatewayUnderTest.start();
  ana = await bank.issuer.customer('cus_ana');
  bea = await bank.issuer.customer('cus_bea');
  bank.account.answer({
    openAccount: () => ({ account: account('acc_1') }),
    getAccount: ({ accountId, customerId }) => {
      if (customerId !== 'cus_ana' || !['acc_1', 'acc_card'].includes(accountId)) throw notFound('account');
      return { account: account(accountId) };
    },
    listAccounts: ({ pageToken }) => ({
      accounts: [account(pageToken ? 'acc_2' : 'acc_1')],
      nextPageToken: pageToken ? '' : 'more',
    }),
    changeAccountStatus: ({ accountId }) => ({ account: account(accountId) }),
  });
  bank.cards.answer({
    issueCard: () => ({ card }),
    listCards: () => ({ cards: [card], nextPageToken: '' }),
    getCard: ({ customerId }) => {
      if (customerId !== 'cus_ana') throw notFound('card');
      return { card };
    },
    revealCard: () => ({ number: '6505160000000009', expiryMonth: 11, expiryYear: 2031, cvv: '123' }),
    blockCard: () => ({ card }),
    unblockCard: () => ({ card }),
  });
  bank.transaction.answer({
    getBalance: ({ accountId }) => ({
      balance: Balance.fromPartial({ accountId, ...(accountId === 'acc_card' ? points : reais) }),
    }),
    transfer: () => ({ transaction, replayed: false }),
    getTransaction: ({ transactionId }) => ({ transaction: transactionId === 'txn_many' ? posting : transaction }),
  });
  bank.statement.answer({
    listLines: ({ accountId }) => ({
      lines: [line(accountId, 2n), line(accountId, 1n)],
      nextPageToken: 'older',
      position: undefined,
    }),
  });
});
afterAll(() => bank.stop());

describe('accounts', () => {
  test('pages through the own accounts with a cursor', async () => {
    const first = await bank.get('/v1/accounts?limit=1', { token: ana });
    expect(first.body).toMatchObject({ data: [{ accountId: 'acc_1', type: 'current' }], nextCursor: 'more' });
    expect(first.body.data[0].balance).toEqual({
      posted: '123.45',
      held: '0.45',
      limit: '0.00',
      available: '123.00',
      updatedAt: '2026-11-21T12:00:00.000Z',
    });
    const second = await bank.get('/v1/accounts?limit=1&cursor=more', { token: ana });
    expect(second.body).toMatchObject({ data: [{ accountId: 'acc_2' }], nextCursor: null });
    expect(bank.account.asked('listAccounts').at(-1)).toEqual({
      customerId: 'cus_ana',
      pageSize: 1,
      pageToken: 'more',
    });
  });

  test('an account of somebody else is 404, like one that nobody has', async () => {
    for (const path of ['/v1/accounts/acc_1', '/v1/accounts/acc_1/balance', '/v1/accounts/acc_1/statement']) {
      const theirs = await bank.get(path, { token: bea });
      const nobodys = await bank.get(path.replace('acc_1', 'acc_9'), { token: ana });
      for (const { body } of [theirs, nobodys]) expect(body).toMatchObject({ status: 404, code: 'account_not_found' });
    }
  });

  test('the balance is the ledger’s, exact to the cent', async () => {
    const answer = await bank.get('/v1/accounts/acc_1/balance', { token: ana });
    expect(answer.body).toMatchObject({ accountId: 'acc_1', posted: '90071992547409.93', status: 'active' });
  });

  test('what is kept in another unit is told with its decimals, and a freeze by its name', async () => {
    const answer = await bank.get('/v1/accounts/acc_card/balance', { token: ana });
    expect(answer.body).toMatchObject({
      posted: '1500',
      held: '0',
      available: '1500',
      currency: 'PONTOS/0',
      status: 'frozen_for_credit',
    });
  });

  test('the bank’s own freezes are no customer’s to set', async () => {
    const before = bank.account.asked('changeAccountStatus').length;
    for (const status of ['frozen_for_credit', 'frozen_for_all']) {
      const answer = await bank.post('/v1/accounts/acc_1/status', { status }, { token: ana });
      expect(answer.status).toBe(400);
      expect(answer.body.errors).toEqual([{ field: 'status', rule: 'must be one of active, frozen, closed' }]);
    }
    expect(bank.account.asked('changeAccountStatus').length).toBe(before);
  });

  test('opens and freezes in the customer’s name, a credit card’s account too', async () => {
    expect((await bank.post('/v1/accounts', { type: 'current' }, { token: ana, key: 'o-1' })).status).toBe(201);
    expect(bank.account.asked('openAccount').at(-1)).toMatchObject({
      caller: 'customer:cus_ana',
      idempotencyKey: 'o-1',
    });
    expect((await bank.post('/v1/accounts', { type: 'credit_card' }, { token: ana })).status).toBe(400);
    expect((await bank.post('/v1/accounts/acc_card/status', { status: 'frozen' }, { token: ana })).status).toBe(200);
    expect(bank.account.asked('changeAccountStatus').at(-1)).toMatchObject({
      customerId: 'cus_ana',
      accountId: 'acc_card',
      status: AccountStatus.ACCOUNT_STATUS_FROZEN,
    });
  });

  test('a key used before with another body is 409 idempotency_key_reused', async () => {
    bank.account.answer({
      openAccount: () => {
        throw idempotencyKeyReused();
      },
    });
    const answer = await bank.post('/v1/accounts', { type: 'current' }, { token: ana, key: 'o-1' });
    expect([answer.status, answer.body.code]).toEqual([409, 'idempotency_key_reused']);
  });
});

test('the statement is filtered as asked, and whose the account is, is asked once', async () => {
  const path = '/v1/accounts/acc_1/statement?from=2026-11-01T00:00:00-03:00&kind=purchase,refund&kind=sale&limit=2';
  const asked = bank.account.asked('getAccount').length;
  const answer = await bank.get(path, { token: ana });
  expect(answer.body.nextCursor).toBe('older');
  expect(answer.body.data[0]).toEqual({
    lineId: 'lin_acc_1_2',
    accountId: 'acc_1',
    sequence: 2,
    kind: 'purchase',
    status: 'posted',
    amount: '-179.80',
    balance: '-179.80',
    currency: 'BRL',
    description: 'Livraria Ipê Amarelo',
    transactionId: 'txn_2',
    occurredAt: '2026-11-21T12:00:02.000Z',
    postedAt: '2026-11-21T12:00:02.000Z',
  });
  expect(bank.statement.asked('listLines').at(-1)).toMatchObject({
    accountId: 'acc_1',
    from: new Date('2026-11-01T03:00:00Z'),
    until: undefined,
    kinds: [LineKind.LINE_KIND_PURCHASE, LineKind.LINE_KIND_REFUND, LineKind.LINE_KIND_SALE],
    pageSize: 2,
  });
  await bank.get(path, { token: ana });
  expect(bank.account.asked('getAccount').length - asked).toBeLessThanOrEqual(1);
});

describe('cards', () => {
  test('issues one, with and without an expiry of its own', async () => {
    const expiresAt = '2026-12-24T18:00:00Z';
    const answer = await bank.post(
      '/v1/cards',
      { holderName: 'ANA SOUZA', limit: '5000.00', expiresAt },
      { token: ana, key: 'c-1' },
    );
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ cardId: 'crd_1', limit: '5000.00', status: 'active', lastFour: '0009' });
    expect(bank.cards.asked('issueCard').at(-1)).toEqual({
      caller: 'customer:cus_ana',
      idempotencyKey: 'c-1',
      customerId: 'cus_ana',
      holderName: 'ANA SOUZA',
      limitCents: 500_000n,
      expiresAt: new Date(expiresAt),
    });
    await bank.post('/v1/cards', { holderName: 'ANA SOUZA', limit: '5000.00' }, { token: ana });
    expect(bank.cards.asked('issueCard').at(-1)?.['expiresAt']).toBeUndefined();
  });

  test('a limit beyond the bank’s policy is 422', async () => {
    const { issueCard } = { issueCard: () => ({ card }) };
    bank.cards.answer({
      issueCard: () => {
        throw new GrpcRefusal({ code: status.FAILED_PRECONDITION, reason: 'limit_above_policy', message: 'too much' });
      },
    });
    const answer = await bank.post('/v1/cards', { holderName: 'ANA SOUZA', limit: '999999.00' }, { token: ana });
    expect([answer.status, answer.body.code]).toEqual([422, 'limit_above_policy']);
    bank.cards.answer({ issueCard });
  });

  test('shows the number to its holder only, never to a cache, and needs cards:write', async () => {
    const answer = await bank.get('/v1/cards/crd_1/secrets', { token: ana });
    expect(answer.body).toEqual({ number: '6505160000000009', expiryMonth: 11, expiryYear: 2031, cvv: '123' });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(bank.cards.asked('revealCard').at(-1)).toEqual({ cardId: 'crd_1', customerId: 'cus_ana' });
    const reader = await bank.issuer.customer('cus_ana', 'cards:read');
    expect((await bank.get('/v1/cards/crd_1/secrets', { token: reader })).status).toBe(403);
  });

  test('a card of somebody else is 404', async () => {
    const answer = await bank.get('/v1/cards/crd_1', { token: bea });
    expect([answer.status, answer.body.code]).toEqual([404, 'card_not_found']);
  });

  test('blocks for the holder’s reasons, not for the bank’s, and unblocks', async () => {
    expect((await bank.post('/v1/cards/crd_1/block', { reason: 'stolen' }, { token: ana })).status).toBe(200);
    expect(bank.cards.asked('blockCard').at(-1)).toMatchObject({
      customerId: 'cus_ana',
      reason: BlockReason.BLOCK_REASON_STOLEN,
    });
    const bankOnly = await bank.post('/v1/cards/crd_1/block', { reason: 'bank' }, { token: ana });
    expect(bankOnly.body.errors).toEqual([{ field: 'reason', rule: 'must be one of holder, lost, stolen, cancel' }]);
    expect((await bank.post('/v1/cards/crd_1/unblock', undefined, { token: ana })).status).toBe(200);
  });
});

describe('transfers', () => {
  const body = {
    fromAccountId: 'acc_1',
    toAccountId: 'acc_2',
    amount: '10.00',
    currency: 'BRL',
    description: 'Aluguel',
  };

  test('moves money from an own account', async () => {
    const answer = await bank.post('/v1/transfers', body, { token: ana, key: 't-1' });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ transactionId: 'txn_1', status: 'posted', amount: '10.00', kind: 'transfer' });
    expect(bank.transaction.asked('transfer').at(-1)).toMatchObject({
      caller: 'customer:cus_ana',
      idempotencyKey: 't-1',
      fromAccountId: 'acc_1',
      toAccountId: 'acc_2',
      amountCents: 1_000n,
      currency: 'BRL',
      description: 'Aluguel',
    });
  });

  test('from an account of somebody else is 404, and the ledger is not asked', async () => {
    const before = bank.transaction.asked('transfer').length;
    const answer = await bank.post('/v1/transfers', body, { token: bea });
    expect([answer.status, answer.body.code]).toEqual([404, 'account_not_found']);
    expect(bank.transaction.asked('transfer').length).toBe(before);
  });

  test.each([
    ['insufficient_funds', 422],
    ['account_frozen', 409],
  ])('the ledger’s refusal %s is %i', async (reason, expected) => {
    bank.transaction.answer({
      transfer: () => {
        throw new GrpcRefusal({ code: status.FAILED_PRECONDITION, reason, message: 'refused' });
      },
    });
    const answer = await bank.post('/v1/transfers', body, { token: ana });
    expect([answer.status, answer.body.code]).toEqual([expected, reason]);
  });

  test('the ledger’s rules are told with this API’s field names', async () => {
    bank.transaction.answer({
      transfer: () => {
        throw invalidRequest([
          { field: 'amount_cents', description: 'must be less' },
          { field: 'to_account_id', description: 'must be another' },
        ]);
      },
    });
    const answer = await bank.post('/v1/transfers', body, { token: ana });
    expect(answer.body.errors).toEqual([
      { field: 'amount', rule: 'must be less' },
      { field: 'toAccountId', rule: 'must be another' },
    ]);
  });

  test('a transaction is seen by its sides only', async () => {
    const seen = await bank.get('/v1/transactions/txn_1', { token: ana });
    expect([seen.status, seen.body.createdAt]).toEqual([200, at.toISOString()]);
    const hidden = await bank.get('/v1/transactions/txn_1', { token: bea });
    expect([hidden.status, hidden.body.code]).toEqual([404, 'transaction_not_found']);
  });

  test('of a posting with many sides a customer sees the own lines, and nothing that its maker noted', async () => {
    const { status: code, body } = await bank.get('/v1/transactions/txn_many', { token: ana });
    expect(code).toBe(200);
    expect(body).toMatchObject({
      kind: 'posting',
      status: 'partially_reversed',
      amount: '700',
      reversed: '200',
      currency: 'PONTOS/0',
      debitAccountId: '',
      effectiveAt: at.toISOString(),
      followsTransactionId: 'txn_0',
    });
    expect(body.lines).toEqual([{ accountId: 'acc_1', amount: '500', reversed: '0', currency: 'PONTOS/0' }]);
    expect([body.template, body.metadata]).toEqual([undefined, undefined]);
    const hidden = await bank.get('/v1/transactions/txn_many', { token: bea });
    expect([hidden.status, hidden.body.code]).toEqual([404, 'transaction_not_found']);
    expect(bank.account.asked('getAccount').map(({ accountId }) => accountId)).not.toContain('');
  });
});
