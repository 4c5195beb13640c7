import { freePort } from '@ipe/testing/free-port';
import { uniqueName } from '@ipe/testing/unique-name';
import { GatewayUnderTest } from './gateway-under-test.ts';
import { customer, merchant } from './samples.ts';

const limits = { RATE_LIMIT_PER_MINUTE: '5', SIGNUP_LIMIT_PER_MINUTE: '2', TRUSTED_PROXIES: '127.0.0.1' };
let bank: GatewayUnderTest;
let other: GatewayUnderTest;
let alone: GatewayUnderTest;
beforeAll(async () => {
  bank = await GatewayUnderTest.start(limits);
  other = await GatewayUnderTest.start(limits);
  alone = await GatewayUnderTest.start({ ...limits, REDIS_URL: `redis://127.0.0.1:${await freePort()}` });
  for (const each of [bank, other, alone]) {
    each.account.answer({ getCustomer: () => ({ customer }) });
    each.checkout.answer({ listMerchants: () => ({ merchants: [merchant], nextPageToken: '' }) });
  }
});
afterAll(async () => {
  await Promise.all([bank.stop(), other.stop(), alone.stop()]);
});

const someone = () => uniqueName('cus_rate').replace('-', '_');
/** Redis outlives the test run: an address that an earlier run has used up would be refused. */
const someAddress = () =>
  `2001:db8::${Math.floor(Math.random() * 0xffff).toString(16)}:${(Date.now() & 0xffff).toString(16)}`;

test('a client is told what is left, and refused with Retry-After beyond its budget', async () => {
  const token = await bank.issuer.customer(someone());
  for (const left of [4, 3, 2, 1, 0]) {
    const answer = await bank.get('/v1/me', { token });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('ratelimit-policy')).toBe('"default";q=5;w=60');
    expect(answer.headers.get('ratelimit')).toMatch(new RegExp(`^"default";r=${left};t=\\d+$`));
  }
  const refused = await bank.get('/v1/me', { token });
  expect([refused.status, refused.body.code]).toEqual([429, 'rate_limited']);
  const retryAfter = Number(refused.headers.get('retry-after'));
  expect(retryAfter).toBeGreaterThan(0);
  expect(retryAfter).toBeLessThanOrEqual(60);
  expect((await bank.get('/metrics')).body).toMatch(/rate_limited_total\{budget="default"\} [1-9]/);
});

test('one client’s budget is not another’s', async () => {
  const [spent, fresh] = [await bank.issuer.customer(someone()), await bank.issuer.customer(someone())];
  for (let call = 0; call < 6; call += 1) await bank.get('/v1/me', { token: spent });
  expect((await bank.get('/v1/me', { token: spent })).status).toBe(429);
  expect((await bank.get('/v1/me', { token: fresh })).status).toBe(200);
});

test('two gateways share one budget', async () => {
  const subject = someone();
  const here = await bank.issuer.customer(subject);
  const there = await other.issuer.customer(subject);
  for (let call = 0; call < 3; call += 1) await bank.get('/v1/me', { token: here });
  for (let call = 0; call < 2; call += 1) await other.get('/v1/me', { token: there });
  expect((await other.get('/v1/me', { token: there })).status).toBe(429);
  expect((await bank.get('/v1/me', { token: here })).status).toBe(429);
});

test('whoever guesses tokens is limited by address', async () => {
  const headers = { authorization: 'Bearer a.b.c', 'x-forwarded-for': someAddress() };
  const statuses: number[] = [];
  for (let call = 0; call < 6; call += 1) statuses.push((await bank.get('/v1/me', { headers })).status);
  expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
});

test('sign-ups have a tighter budget of their own', async () => {
  const headers = { 'x-forwarded-for': someAddress() };
  const statuses: number[] = [];
  for (let call = 0; call < 3; call += 1) statuses.push((await bank.post('/v1/customers', {}, { headers })).status);
  expect(statuses).toEqual([400, 400, 429]);
  expect((await bank.get('/v1/merchants', { headers })).status).toBe(200);
});

test('without Redis nothing is refused that should not be, and the limit holds in the process', async () => {
  const token = await alone.issuer.customer(someone());
  const startedAt = Date.now();
  const statuses: number[] = [];
  for (let call = 0; call < 6; call += 1) statuses.push((await alone.get('/v1/me', { token })).status);
  expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
  expect(Date.now() - startedAt).toBeLessThan(3_000);
  expect((await alone.get('/health/ready')).status).toBe(200);
});
