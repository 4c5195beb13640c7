import { routesOf } from '../src/adapters/http/openapi-document.ts';
import { controllers } from '../src/gateway.module.ts';
import { GatewayUnderTest } from './gateway-under-test.ts';

let bank: GatewayUnderTest;
beforeAll(async () => {
  bank = await GatewayUnderTest.start({ CORS_ORIGINS: 'https://app.ipe.example' });
});
afterAll(() => bank.stop());

/** What Fastify really serves, as `GET /v1/me`; not HEAD, which it adds to every GET. */
function servedRoutes(): string[] {
  const tree: string = bank.fastify.printRoutes({ commonPrefix: false, includeHooks: false });
  const served: string[] = [];
  const parents: string[] = [];
  for (const line of tree.split('\n')) {
    const match = /^([│ ]*)[├└]── (\S*)(?: \(([A-Z, ]+)\))?/.exec(line);
    if (!match) continue;
    const depth = (match[1] ?? '').length / 4;
    parents.length = depth;
    parents.push(match[2] ?? '');
    for (const method of (match[3] ?? '').split(', ')) {
      if (method && method !== 'HEAD' && method !== 'OPTIONS') served.push(`${method} ${parents.join('')}`);
    }
  }
  return served;
}

const api = () => servedRoutes().filter((route) => route.includes(' /v1/'));
const declared = routesOf(controllers).map(({ definition }) => definition);

test('every route of the API says which scope it needs or that it is public, and the guard asks for no more', () => {
  const said = declared.map(({ method, path }) => `${method} ${path}`);
  expect(api().sort()).toEqual(said.sort());
  expect(declared.filter(({ access }) => access !== 'public' && access.length === 0)).toEqual([]);
});

test('nothing but the API, its documents, health and metrics is served', () => {
  const others = servedRoutes().filter((route) => !route.includes(' /v1/'));
  for (const route of others) expect(route).toMatch(/^GET \/(health\/(live|ready)|metrics|docs|openapi\.(json|yaml))/);
});

test('every route that is not public refuses a caller without a token', async () => {
  for (const { method, path, access } of declared) {
    if (access === 'public') continue;
    const url = path.replaceAll(/:\w+/g, 'x_1');
    const answer = await (method === 'GET' ? bank.get(url) : method === 'PUT' ? bank.put(url, {}) : bank.post(url, {}));
    expect([path, answer.status]).toEqual([path, 401]);
  }
});

test('every write without an idempotency key is 400 idempotency_key_missing', async () => {
  const token = await bank.issuer.everything('cus_ana');
  for (const { method, path } of declared) {
    if (method === 'GET') continue;
    const url = path.replaceAll(/:\w+/g, 'x_1');
    const answer = await (method === 'PUT'
      ? bank.put(url, {}, { token, key: null })
      : bank.post(url, {}, { token, key: null }));
    expect([path, answer.status, answer.body.code]).toEqual([path, 400, 'idempotency_key_missing']);
  }
});

test('an idempotency key that is too long or not ASCII is 400 idempotency_key_invalid', async () => {
  const token = await bank.issuer.customer('cus_ana');
  for (const key of ['k'.repeat(129), 'with space', 'ch\u00e1ve']) {
    const answer = await bank.post('/v1/orders', {}, { token, key });
    expect([answer.status, answer.body.code]).toEqual([400, 'idempotency_key_invalid']);
  }
});

test('an unknown route is a 404 problem', async () => {
  const answer = await bank.get('/v1/nothing');
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect([answer.status, answer.body.code]).toEqual([404, 'not_found']);
});

test.each([
  ['DELETE', '/v1/me', 'GET, HEAD'],
  ['PUT', '/v1/accounts?limit=1', 'GET, HEAD, POST'],
  ['GET', '/v1/transfers', 'POST'],
  ['PATCH', '/v1/accounts/acc_1/limit', 'PUT'],
  ['POST', '/v1/cards/card_1', 'GET, HEAD'],
  ['POST', '/health/live', 'GET, HEAD'],
])('%s %s is a 405 problem that names what is allowed', async (method, path, allow) => {
  const answer = await fetch(`${bank.url}${path}`, { method });
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow]);
  expect(await answer.json()).toMatchObject({ code: 'method_not_allowed', requestId: expect.any(String) });
});

test.each([
  ['DELETE', '/v1/nothing'],
  ['POST', '/v1/me/'],
  ['POST', '/v1/cards//secrets'],
  ['POST', '/docs/nothing.css'],
])('%s %s is a path that nobody serves, and 404', async (method, path) => {
  const answer = await fetch(`${bank.url}${path}`, { method });
  expect([answer.status, answer.headers.get('allow')]).toEqual([404, null]);
});

test('a URL that cannot be decoded is a 400 problem', async () => {
  const answer = await bank.get('/v1/accounts/%zz');
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect([answer.status, answer.body.code]).toEqual([400, 'malformed_request']);
});

test('a request id is made, or kept when the caller’s is acceptable, and is in the problem too', async () => {
  const own = await bank.get('/v1/me', { headers: { 'x-request-id': 'from-the-app.1' } });
  expect(own.headers.get('x-request-id')).toBe('from-the-app.1');
  expect(own.body.requestId).toBe('from-the-app.1');
  const refused = await bank.get('/v1/me', { headers: { 'x-request-id': 'no spaces, please' } });
  expect(refused.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
});

test('security headers are set, answers are not cached, and a listed origin alone may call', async () => {
  const answer = await bank.get('/v1/me', { headers: { origin: 'https://app.ipe.example' } });
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'self'");
  expect(answer.headers.get('access-control-allow-origin')).toBe('https://app.ipe.example');
  const elsewhere = await bank.get('/v1/me', { headers: { origin: 'https://else.example' } });
  expect(elsewhere.headers.get('access-control-allow-origin')).not.toBe('https://else.example');
});

test('health and metrics answer without a token', async () => {
  expect((await bank.get('/health/ready')).status).toBe(200);
  const { body } = await bank.get('/metrics');
  expect(body).toContain('http_request_seconds_bucket');
  expect(body).toContain('gateway_breaker_open{service="account"} 0');
});
