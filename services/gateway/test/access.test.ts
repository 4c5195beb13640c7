import { freePort } from '@ipe/testing/free-port';
import { GatewayUnderTest } from './gateway-under-test.ts';
import { customer } from './samples.ts';
import { TokenIssuer } from './token-issuer.ts';

let bank: GatewayUnderTest;
let stranger: TokenIssuer;
let partner: TokenIssuer;

beforeAll(async () => {
  stranger = await TokenIssuer.start();
  partner = await TokenIssuer.start();
  const trusted = {
    issuer: partner.url,
    jwksUri: `${partner.url}/jwks`,
    audience: 'ipe-app',
    subjectClaim: 'custom:customer_id',
  };
  bank = await GatewayUnderTest.start({ TRUSTED_ISSUERS: JSON.stringify([trusted]) });
  bank.account.answer({ getCustomer: () => ({ customer }) });
});
afterAll(async () => {
  await bank.stop();
  await stranger.stop();
  await partner.stop();
});

const me = (token?: string) => bank.get('/v1/me', token === undefined ? {} : { token });

test('a customer with a token sees the own record, asked for by the subject', async () => {
  const answer = await me(await bank.issuer.customer('cus_ana'));
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({ ...customer, createdAt: '2026-11-21T12:00:00.000Z' });
  expect(bank.account.asked('getCustomer').at(-1)).toEqual({ customerId: 'cus_ana' });
});

test('without a token it is 401 token_missing with a challenge', async () => {
  const answer = await me();
  expect(answer.status).toBe(401);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="ipe"');
  expect(answer.body).toMatchObject({ type: 'urn:ipe:problem:token_missing', code: 'token_missing', status: 401 });
});

test('an expired token is 401 token_expired', async () => {
  const past = Math.floor(Date.now() / 1000) - 60;
  const answer = await me(await bank.issuer.customer('cus_ana', 'profile', { expiresIn: past }));
  expect(answer.status).toBe(401);
  expect(answer.body.code).toBe('token_expired');
  expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"');
});

test.each([
  ['of an issuer that nobody trusts', () => stranger.customer('cus_ana')],
  [
    'signed by a stranger in our issuer’s name',
    () => stranger.customer('cus_ana', 'profile', { issuer: bank.issuer.url }),
  ],
  ['for another audience', () => bank.issuer.customer('cus_ana', 'profile', { audience: 'https://else.example' })],
  ['that is an ID token', () => bank.issuer.customer('cus_ana', 'profile', { typ: 'JWT' })],
  ['that is no token', async () => 'abc.def.ghi'],
  ['without a signature', async () => 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJjdXNfYW5hIn0.'],
  ['with a subject that is no id', () => bank.issuer.customer('cus ana')],
])('a token %s is 401 token_invalid', async (_, make) => {
  const answer = await me(await make());
  expect([answer.status, answer.body.code]).toEqual([401, 'token_invalid']);
});

test('a header that is not a bearer token is 401 token_invalid', async () => {
  const answer = await bank.get('/v1/me', { headers: { authorization: 'Basic YTpi' } });
  expect(answer.body.code).toBe('token_invalid');
});

test('a token without the scope is 403 and names the scopes', async () => {
  const answer = await me(await bank.issuer.customer('cus_ana', 'orders:read'));
  expect(answer.status).toBe(403);
  expect(answer.body).toMatchObject({ code: 'insufficient_scope', requiredScopes: ['profile', 'accounts:read'] });
  expect(answer.headers.get('www-authenticate')).toContain('error="insufficient_scope"');
});

test('a merchant’s token with a customer’s scope is still no customer', async () => {
  const answer = await bank.get('/v1/orders', { token: await bank.issuer.merchant('mer_1') });
  expect([answer.status, answer.body.code]).toEqual([403, 'customers_only']);
});

test('an issuer that the configuration trusts speaks for the customer in its claim', async () => {
  const claims = { sub: 'outside-user', 'custom:customer_id': 'cus_ana', scope: 'openid profile' };
  const token = await partner.token(claims, { audience: 'ipe-app', typ: 'JWT' });
  const answer = await me(token);
  expect(answer.status).toBe(200);
  expect(bank.account.asked('getCustomer').at(-1)).toEqual({ customerId: 'cus_ana' });
});

test('an outside issuer’s token never grants an operator’s scope', async () => {
  const claims = { sub: 'x', client_id: 'x', 'custom:customer_id': 'cus_ana', scope: 'profile customers:read' };
  const token = await partner.token(claims, { audience: 'ipe-app', typ: 'JWT' });
  const answer = await bank.get('/v1/operations/customers/cus_bea', { token });
  expect([answer.status, answer.body.code]).toEqual([403, 'insufficient_scope']);
});

test('the issuer’s keys are read once, and stay good while it is down', async () => {
  const other = await GatewayUnderTest.start();
  other.account.answer({ getCustomer: () => ({ customer }) });
  const token = await other.issuer.customer('cus_ana');
  expect((await other.get('/v1/me', { token })).status).toBe(200);
  await other.issuer.stop();
  expect((await other.get('/v1/me', { token })).status).toBe(200);
  expect(other.issuer.reads).toBe(1);
  await other.stop();
});

test('an issuer that was never reached is 503 auth_unavailable with Retry-After', async () => {
  const issuer = `http://127.0.0.1:${await freePort()}/oidc`;
  const other = await GatewayUnderTest.start({ ISSUER: issuer });
  const answer = await other.get('/v1/me', { token: await other.issuer.customer('cus_ana', 'profile', { issuer }) });
  expect([answer.status, answer.body.code]).toEqual([503, 'auth_unavailable']);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  await other.stop();
});
