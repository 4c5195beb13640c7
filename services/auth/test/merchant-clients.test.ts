import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { status } from '@grpc/grpc-js';
import { dynamoClient } from '@ipe/dynamodb/client';
import { uniqueName } from '@ipe/testing/unique-name';
import { decodeJwt } from 'jose';
import { clientCredentials, operatorSecret, type RunningAuth, startOwnAuth } from './auth-under-test.ts';

let auth: RunningAuth;

beforeAll(async () => {
  auth = await startOwnAuth();
});
afterAll(() => auth.close());

function registration() {
  const idempotencyKey = uniqueName('key');
  return { caller: 'checkout', idempotencyKey, merchantId: 'mer_1', scope: 'products:write payments:read' };
}

test("a merchant's client gets tokens that name the merchant", async () => {
  const { clientId, clientSecret } = await auth.createClient(registration());
  const { status: http, body } = await clientCredentials(auth, clientId, clientSecret, 'payments:read');
  expect(http).toBe(200);
  expect(decodeJwt(body.access_token)).toMatchObject({
    iss: auth.issuer,
    aud: 'https://api.ipe.example',
    sub: clientId,
    client_id: clientId,
    merchant_id: 'mer_1',
    scope: 'payments:read',
  });
  expect(body).not.toHaveProperty('refresh_token');
});

test('the same registration tells the same id and secret again, also twenty times at once', async () => {
  const request = registration();
  const first = await auth.createClient(request);
  expect(await auth.createClient({ ...request, scope: 'payments:read  products:write' })).toEqual(first);
  const other = registration();
  const answers = await Promise.all(Array.from({ length: 20 }, () => auth.createClient(other)));
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect(answers[0]?.clientSecret).not.toBe(first.clientSecret);
});

test('the same key for another merchant or scope is refused', async () => {
  const request = registration();
  await auth.createClient(request);
  for (const other of [{ merchantId: 'mer_2' }, { scope: 'products:write' }]) {
    await expect(auth.createClient({ ...request, ...other })).rejects.toMatchObject({
      code: status.ALREADY_EXISTS,
      reason: 'idempotency_key_reused',
    });
  }
});

test('no secret is in the store', async () => {
  const { clientSecret } = await auth.createClient(registration());
  const client = dynamoClient(auth.config);
  const { Items = [] } = await client.send(new ScanCommand({ TableName: `${auth.config.TABLE_PREFIX}auth` }));
  client.destroy();
  const stored = Items.flatMap((item) => Object.values(item)).map(({ S, B }) => S ?? Buffer.from(B ?? []).toString());
  expect(stored.length).toBeGreaterThan(0);
  expect(stored.filter((value) => value.includes(clientSecret))).toEqual([]);
});

test('a wrong secret and an unknown client are refused alike', async () => {
  const { clientId, clientSecret } = await auth.createClient(registration());
  const wrong = await clientCredentials(auth, clientId, `${clientSecret}x`, 'payments:read');
  const unknown = await clientCredentials(auth, 'client_nobody', clientSecret, 'payments:read');
  expect(wrong).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
  expect(unknown).toEqual(wrong);
});

test('a scope beyond the registration is refused', async () => {
  const { clientId, clientSecret } = await auth.createClient(registration());
  for (const scope of ['refunds:write', 'payments:read deposits:write', 'no-such-scope']) {
    const answer = await clientCredentials(auth, clientId, clientSecret, scope);
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_scope' } });
  }
});

test('a merchant cannot be registered with scopes of customers or operators, or with none', async () => {
  for (const scope of ['payments:read deposits:write', 'transfers:write', '', ' ']) {
    await expect(auth.createClient({ ...registration(), scope })).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      violations: [{ field: 'scope' }],
    });
  }
});

test('the operator gets what operators may do, and no merchant', async () => {
  const { body } = await clientCredentials(auth, 'operator', operatorSecret, 'deposits:write limits:write');
  expect(decodeJwt(body.access_token)).toMatchObject({ client_id: 'operator', scope: 'deposits:write limits:write' });
  expect(decodeJwt(body.access_token)).not.toHaveProperty('merchant_id');
  const beyond = await clientCredentials(auth, 'operator', operatorSecret, 'transfers:write');
  expect(beyond).toMatchObject({ status: 400, body: { error: 'invalid_scope' } });
});

test('a client of people cannot have tokens by itself', async () => {
  const answer = await fetch(`${auth.issuer}/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', client_id: 'ipe-web', scope: 'accounts:read' }),
  });
  expect(answer.status).toBe(400);
  expect(await answer.json()).not.toHaveProperty('access_token');
});
