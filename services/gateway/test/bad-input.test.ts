import { GatewayUnderTest } from './gateway-under-test.ts';
import { account, order, payment } from './samples.ts';

let bank: GatewayUnderTest;
let token: string;
beforeAll(async () => {
  bank = await GatewayUnderTest.start();
  token = await bank.issuer.customer('cus_ana');
  bank.account.answer({ getAccount: ({ accountId }) => ({ account: account(accountId) }) });
  bank.checkout.answer({ getOrder: () => ({ order }), payOrder: () => ({ payment }) });
});
afterAll(() => bank.stop());

const good = { fromAccountId: 'acc_1', toAccountId: 'acc_2', amount: '10.00', currency: 'BRL', description: 'Aluguel' };
const transfer = (change: Record<string, unknown>) => bank.post('/v1/transfers', { ...good, ...change }, { token });
const amountRule = 'must be a decimal string with two decimals, such as "10.00"';

test.each([
  ['1.5', amountRule],
  ['-1.00', amountRule],
  ['0.00', 'must be more than zero'],
  ['1.005', amountRule],
  [1.5, amountRule],
  [10, amountRule],
  ['1e3', amountRule],
  ['01.00', amountRule],
  [' 1.00', amountRule],
  ['1,00', amountRule],
  ['999999999999.00', amountRule],
  ['', amountRule],
  [null, amountRule],
  [{}, amountRule],
  [undefined, 'is required'],
])('the amount %j is 400 and the rule is told', async (amount, rule) => {
  const answer = await transfer({ amount });
  expect(answer.status).toBe(400);
  expect(answer.body).toMatchObject({ code: 'invalid_request', errors: [{ field: 'amount', rule }] });
});

test.each(['XXX', 'USD', 'brl', '', 986, null])('the currency %j is 400', async (currency) => {
  const answer = await transfer({ currency });
  expect(answer.body).toMatchObject({ status: 400, errors: [{ field: 'currency', rule: 'must be BRL' }] });
});

test.each([
  ['with a control character', 'Alug\u0000uel', 'must not contain control characters'],
  ['with a line break', 'Alug\nuel', 'must not contain control characters'],
  ['with a direction override', 'Alug\u202euel', 'must not contain control characters'],
  ['too long', 'a'.repeat(141), 'must have at most 140 characters'],
  ['empty', '', 'must not be empty'],
  ['of another type', ['x'], 'must be a string'],
])('a description %s is 400', async (_, description, rule) => {
  const answer = await transfer({ description });
  expect(answer.status).toBe(400);
  expect(answer.body.errors).toContainEqual({ field: 'description', rule });
});

test('every unknown field is named, also inside a list', async () => {
  const answer = await transfer({ ammount: '1.00', __note: 'x' });
  expect(answer.body).toMatchObject({
    status: 400,
    errors: [
      { field: 'ammount', rule: 'unknown field' },
      { field: '__note', rule: 'unknown field' },
    ],
  });
  const items = [{ productId: 'prd_1', quantity: 1, price: '0.01' }];
  const nested = await bank.post('/v1/orders', { merchantId: 'mer_1', items }, { token });
  expect(nested.body.errors).toEqual([{ field: 'items[0].price', rule: 'unknown field' }]);
});

test('an unknown query parameter is 400 too, and so is a limit beyond 100', async () => {
  const unknown = await bank.get('/v1/accounts?page=2', { token });
  expect(unknown.body).toMatchObject({ status: 400, errors: [{ field: 'page', rule: 'unknown field' }] });
  for (const limit of ['0', '101', '-1', 'ten', '1.5', '']) {
    const answer = await bank.get(`/v1/accounts?limit=${limit}`, { token });
    expect([limit, answer.status, answer.body.errors[0].field]).toEqual([limit, 400, 'limit']);
  }
});

test('a path that is no id of ours is 404', async () => {
  const answer = await bank.get('/v1/accounts/a%20b', { token });
  expect([answer.status, answer.body.code]).toEqual([404, 'not_found']);
});

test('the bank’s own accounts are not for customers to name', async () => {
  const answer = await transfer({ fromAccountId: 'system:cash' });
  expect(answer.body.errors).toEqual([{ field: 'fromAccountId', rule: 'must be an account of a customer' }]);
});

test.each([
  ['cut off', '{"amount":'],
  ['with a comma too many', '{"amount":"1.00",}'],
  ['that is not JSON', 'amount=1.00'],
  ['that poisons a prototype', '{"__proto__":{"admin":true}}'],
])('a body %s is 400 malformed_json', async (_, raw) => {
  const answer = await bank.post('/v1/transfers', undefined, { token, raw });
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect([answer.status, answer.body.code]).toEqual([400, 'malformed_json']);
});

test.each([
  ['amount', JSON.stringify(good).replace('{', '{"amount":"0.01",')],
  ['amount', JSON.stringify(good).replace('{', '{"\\u0061mount":"10.00",')],
  ['items[1].quantity', '{"merchantId":"mer_1","items":[{"quantity":1},{"quantity":1,"quantity":2}]}'],
])('a body that gives %s twice is 400 malformed_json, and neither is taken', async (field, raw) => {
  const answer = await bank.post('/v1/transfers', undefined, { token, raw });
  expect(answer.body).toMatchObject({
    status: 400,
    code: 'malformed_json',
    errors: [{ field, rule: 'must not be given twice' }],
  });
});

test.each(['null', '[]', '"text"', '7'])('the body %s is 400 invalid_request', async (raw) => {
  const answer = await bank.post('/v1/transfers', undefined, { token, raw });
  expect([answer.status, answer.body.code, answer.body.errors[0].field]).toEqual([400, 'invalid_request', 'body']);
});

test('no body at all is 400 invalid_request', async () => {
  const answer = await bank.post('/v1/transfers', undefined, { token });
  expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request']);
});

test('a body beyond 64 KiB is 413, whatever it says', async () => {
  const raw = JSON.stringify({ ...good, description: 'a'.repeat(64 * 1024) });
  const answer = await bank.post('/v1/transfers', undefined, { token, raw });
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect([answer.status, answer.body.code]).toEqual([413, 'body_too_large']);
});

test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/xml', 'multipart/form-data; boundary=x'])(
  'a body of %s is 415',
  async (type) => {
    const answer = await bank.post('/v1/transfers', good, { token, headers: { 'content-type': type } });
    expect([answer.status, answer.body.code]).toEqual([415, 'unsupported_media_type']);
  },
);

const card = { number: '6505160000000009', expiryMonth: 11, expiryYear: 2031, cvv: '123' };
const pay = (body: object) => bank.post('/v1/orders/ord_1/payments', body, { token });

test.each([
  ['card.number', { ...card, number: '650516000000' }],
  ['card.number', { ...card, number: '6505 1600 0000 0009' }],
  ['card.number', { ...card, number: 6505160000000009 }],
  ['card.expiryMonth', { ...card, expiryMonth: 13 }],
  ['card.expiryYear', { ...card, expiryYear: 31 }],
  ['card.cvv', { ...card, cvv: '12' }],
  ['card.pin', { ...card, pin: '1234' }],
])('a card with a wrong %s is 400, and its value is not told back', async (field, wrong) => {
  const answer = await pay({ card: wrong });
  expect(answer.status).toBe(400);
  expect(answer.body.errors[0].field).toBe(field);
  expect(JSON.stringify(answer.body)).not.toMatch(/650516|1234/);
});

test.each([0, 13, 1.5, '3'])('%j instalments are 400', async (installments) => {
  const answer = await pay({ card, installments });
  expect([answer.status, answer.body.errors[0].field]).toEqual([400, 'installments']);
});

test('an amount that is not the order’s total is 422, and nothing is asked of the bank', async () => {
  const before = bank.checkout.asked('payOrder').length;
  const answer = await pay({ card, amount: '179.81', currency: 'BRL' });
  expect([answer.status, answer.body.code]).toEqual([422, 'amount_mismatch']);
  expect(bank.checkout.asked('payOrder').length).toBe(before);
});

test('a sign-up names everything that is wrong with it', async () => {
  const body = { name: 'A', document: '123', email: 'ana', password: 'short', role: 'operator' };
  const answer = await bank.post('/v1/customers', body);
  expect(answer.status).toBe(400);
  const fields = answer.body.errors.map(({ field }: { field: string }) => field);
  expect(fields.sort()).toEqual(['document', 'email', 'name', 'password', 'role']);
  expect(JSON.stringify(answer.body)).not.toContain('short');
});

test('a statement’s times are RFC 3339 and in order, and its kinds are known', async () => {
  const path = '/v1/accounts/acc_1/statement';
  const wrongTime = await bank.get(`${path}?from=21/11/2026`, { token });
  expect(wrongTime.body.errors[0].field).toBe('from');
  const order = await bank.get(`${path}?from=2026-11-22T00:00:00Z&until=2026-11-21T00:00:00Z`, { token });
  expect(order.body.errors).toEqual([{ field: 'until', rule: 'must be after from' }]);
  const kind = await bank.get(`${path}?kind=gift`, { token });
  expect([kind.status, kind.body.errors[0].field]).toEqual([400, 'kind[0]']);
});
