import { connect } from 'node:net';
import { GatewayUnderTest } from './gateway-under-test.ts';
import { account } from './samples.ts';

let bank: GatewayUnderTest;
let token: string;
beforeAll(async () => {
  bank = await GatewayUnderTest.start();
  token = await bank.issuer.customer('cus_ana');
  bank.account.answer({ getAccount: ({ accountId }) => ({ account: account(accountId) }) });
});
afterAll(() => bank.stop());

/** What the gateway answers to bytes that no HTTP client would send. */
function send(bytes: string): Promise<string> {
  const { hostname, port } = new URL(bank.url);
  return new Promise((resolve, reject) => {
    let answer = '';
    connect(Number(port), hostname)
      .on('data', (chunk) => {
        answer += chunk;
      })
      .on('error', reject)
      .on('close', () => resolve(answer))
      .end(bytes, 'latin1');
  });
}

test.each([
  ['a control character in a header', 'GET /v1/me HTTP/1.1\r\nhost: x\r\nidempotency-key: \u0001\r\n\r\n', 400],
  ['no HTTP at all', 'hello\r\n\r\n', 400],
  ['headers beyond 16 KiB', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`, 431],
])('%s is answered with a problem too', async (_, bytes, status) => {
  const [head = '', body = ''] = (await send(bytes)).split('\r\n\r\n');
  expect(head).toContain(`HTTP/1.1 ${status} `);
  expect(head).toContain('content-type: application/problem+json');
  const code = status === 431 ? 'headers_too_large' : 'malformed_request';
  expect(JSON.parse(body)).toMatchObject({ status, code, requestId: expect.any(String) });
});

test('a body that is not UTF-8 is 400 malformed_json, not another text', async () => {
  const answer = await fetch(`${bank.url}/v1/accounts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': 'bytes' },
    body: Buffer.from('{"type":"current\xff"}', 'latin1'),
  });
  expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([400, 'malformed_json']);
});

test('half a surrogate pair in a text is 400', async () => {
  const raw =
    '{"fromAccountId":"acc_1","toAccountId":"acc_2","amount":"1.00","currency":"BRL","description":"a\\ud83d"}';
  const answer = await bank.post('/v1/transfers', undefined, { token, raw });
  expect(answer.body.errors).toEqual([{ field: 'description', rule: 'must be well-formed Unicode' }]);
});

test.each([
  ['GET', '/v1/accounts/acc_1?expand=all'],
  ['POST', '/v1/transfers?dry=1'],
])('%s %s: a query where none is taken is 400', async (method, path) => {
  const answer = method === 'GET' ? await bank.get(path, { token }) : await bank.post(path, {}, { token });
  expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request']);
  expect(answer.body.errors).toEqual([{ field: expect.stringMatching(/^(expand|dry)$/), rule: 'unknown field' }]);
});
