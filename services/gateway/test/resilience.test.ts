import { status } from '@grpc/grpc-js';
import { GrpcRefusal } from '@ipe/service-kit/refusal';
import { eventually } from '@ipe/testing/eventually';
import { GatewayUnderTest } from './gateway-under-test.ts';
import { account, card, customer, line, merchant } from './samples.ts';

let bank: GatewayUnderTest;
let token: string;
beforeAll(async () => {
  bank = await GatewayUnderTest.start({ READ_DEADLINE_MS: '400', BREAKER_FAILURES: '3', BREAKER_RESET_MS: '600' });
  token = await bank.issuer.customer('cus_ana');
  bank.account.answer({
    getCustomer: () => ({ customer }),
    getAccount: ({ accountId }) => ({ account: account(accountId) }),
    listAccounts: () => ({ accounts: [account('acc_1'), account('acc_2')], nextPageToken: '' }),
  });
  bank.cards.answer({ listCards: () => ({ cards: [card], nextPageToken: '' }), getCard: () => ({ card }) });
  bank.checkout.answer({ listMerchants: () => ({ merchants: [merchant], nextPageToken: '' }) });
  bank.statement.answer({
    listLines: ({ accountId }) => {
      const [first, second] = accountId === 'acc_1' ? [1n, 3n] : [2n, 4n];
      const lines = Array.from({ length: 5 }, (_, at) => line(accountId, (at % 2 ? first : second) + BigInt(at) * 10n));
      return { lines, nextPageToken: '', position: undefined };
    },
  });
});
afterAll(() => bank.stop());

const overview = async () => (await bank.get('/v1/overview', { token })).body;

test('the overview tells everything, with the last ten lines of all accounts in order', async () => {
  const { customer: person, accounts, cards, statement, missing } = await overview();
  expect([person.customerId, accounts.length, cards.length, missing]).toEqual(['cus_ana', 2, 1, []]);
  const times = statement.map(({ occurredAt }: { occurredAt: string }) => occurredAt);
  expect(times).toHaveLength(10);
  expect(times).toEqual([...times].sort().reverse());
  expect(new Set(statement.map(({ accountId }: { accountId: string }) => accountId))).toEqual(
    new Set(['acc_1', 'acc_2']),
  );
});

test('the overview leaves out what the token may not see, and says so', async () => {
  const narrow = await bank.issuer.customer('cus_ana', 'accounts:read');
  const { body } = await bank.get('/v1/overview', { token: narrow });
  expect([body.cards, body.statement]).toEqual([null, null]);
  expect(body.missing).toEqual([
    { part: 'cards', service: 'cards', reason: 'insufficient_scope' },
    { part: 'statement', service: 'statement', reason: 'insufficient_scope' },
  ]);
});

test('one service down costs only its own routes, and comes back', async () => {
  bank.cards.stop();
  const partial = await overview();
  expect(partial.cards).toBeNull();
  expect(partial.missing).toEqual([{ part: 'cards', service: 'cards', reason: 'cards_unavailable' }]);
  expect(partial.accounts).toHaveLength(2);
  const down = await bank.get('/v1/cards', { token });
  expect([down.status, down.body.code]).toEqual([503, 'cards_unavailable']);
  expect(Number(down.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await bank.get('/v1/accounts', { token })).status).toBe(200);
  await bank.cards.start();
  await eventually(async () => expect((await bank.get('/v1/cards', { token })).status).toBe(200));
  expect((await overview()).missing).toEqual([]);
});

test('with account down, the overview still tells the cards and the statement of accounts known from before', async () => {
  bank.account.stop();
  const partial = await overview();
  expect([partial.customer, partial.accounts]).toEqual([null, null]);
  expect(partial.cards).toHaveLength(1);
  expect(partial.statement).toHaveLength(10);
  expect(partial.missing.map(({ part }: { part: string }) => part).sort()).toEqual(['accounts', 'customer']);
  expect((await bank.get('/v1/accounts/acc_1/statement', { token })).status).toBe(200);
  await bank.account.start();
  await eventually(async () => expect((await overview()).missing).toEqual([]));
});

test('a service that hangs is cut off at the deadline, then by its breaker, until it answers again', async () => {
  let hanging = true;
  const hangs: (() => void)[] = [];
  bank.cards.answer({
    getCard: async () => {
      if (hanging) await new Promise<void>((resolve) => hangs.push(resolve));
      return { card };
    },
  });
  const get = () => bank.get('/v1/cards/crd_1', { token });
  for (let attempt = 0; attempt < 3; attempt += 1) expect((await get()).body.code).toBe('cards_unavailable');
  const asked = bank.cards.asked('getCard').length;
  const startedAt = Date.now();
  const refused = await get();
  expect(Date.now() - startedAt).toBeLessThan(300);
  expect([refused.status, refused.body.code]).toEqual([503, 'cards_unavailable']);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  expect(bank.cards.asked('getCard').length).toBe(asked);
  expect((await bank.get('/metrics')).body).toContain('gateway_breaker_open{service="cards"} 1');
  hanging = false;
  for (const resolve of hangs) resolve();
  await eventually(async () => expect((await get()).status).toBe(200));
  expect((await bank.get('/metrics')).body).toContain('gateway_breaker_open{service="cards"} 0');
});

test('refusals never open the breaker, nor does a neighbour’s own neighbour being down', async () => {
  const refusal = { code: status.UNAVAILABLE, reason: 'transaction_unavailable', message: 'down', retryAfterMs: 7_000 };
  bank.checkout.answer({
    payOrder: () => {
      throw new GrpcRefusal(refusal);
    },
  });
  const body = { card: { number: '6505160000000009', expiryMonth: 11, expiryYear: 2031, cvv: '123' } };
  for (let attempt = 0; attempt < 6; attempt += 1) {
    const answer = await bank.post('/v1/orders/ord_1/payments', body, { token });
    expect([answer.status, answer.body.code]).toEqual([503, 'transaction_unavailable']);
    expect(answer.headers.get('retry-after')).toBe('7');
  }
  expect((await bank.get('/v1/merchants')).status).toBe(200);
});

test('a call that did not reach the service is tried again under the same key', async () => {
  let failures = 2;
  bank.cards.answer({
    issueCard: () => {
      failures -= 1;
      if (failures >= 0)
        throw new GrpcRefusal({ code: status.UNAVAILABLE, reason: 'unavailable', message: 'restarting' });
      return { card };
    },
  });
  const answer = await bank.post('/v1/cards', { holderName: 'ANA SOUZA', limit: '10.00' }, { token, key: 'again' });
  expect(answer.status).toBe(201);
  const keys = bank.cards.asked('issueCard').map(({ idempotencyKey }) => idempotencyKey);
  expect(keys).toEqual(['again', 'again', 'again']);
});

test('twenty at once under one key are passed on as one caller and one key', async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, () =>
      bank.post('/v1/cards', { holderName: 'ANA SOUZA', limit: '10.00' }, { token, key: 'once' }),
    ),
  );
  expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
  const passed = bank.cards.asked('issueCard').filter(({ idempotencyKey }) => idempotencyKey === 'once');
  expect(new Set(passed.map(({ caller }) => caller))).toEqual(new Set(['customer:cus_ana']));
});
