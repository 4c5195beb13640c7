import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import {
  authorization,
  type RunningAuth,
  redeem,
  redirectUri,
  refresh,
  signInNewUser,
  startOwnAuth,
} from './auth-under-test.ts';
import { Browser } from './browser.ts';

let auth: RunningAuth;

beforeAll(async () => {
  auth = await startOwnAuth();
});
afterAll(() => auth.close());

async function verify(token: string, audience = 'https://api.ipe.example') {
  const keys = createRemoteJWKSet(new URL(`${auth.issuer}/jwks`));
  return (await jwtVerify(token, keys, { issuer: auth.issuer, audience })).payload;
}

test('discovery tells where everything is, and that only code with S256 is served', async () => {
  const answer = await fetch(`${auth.issuer}/.well-known/openid-configuration`);
  expect(await answer.json()).toMatchObject({
    issuer: auth.issuer,
    authorization_endpoint: `${auth.issuer}/auth`,
    token_endpoint: `${auth.issuer}/token`,
    jwks_uri: `${auth.issuer}/jwks`,
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
    id_token_signing_alg_values_supported: ['ES256'],
  });
});

test('the keys that are published have no private part', async () => {
  const { keys } = (await (await fetch(`${auth.issuer}/jwks`)).json()) as { keys: Record<string, string>[] };
  expect(keys).toHaveLength(1);
  expect(keys[0]).toMatchObject({ kty: 'EC', alg: 'ES256', use: 'sig' });
  expect(keys[0]).not.toHaveProperty('d');
});

test('a person signs in, and the code becomes tokens for the API without a question of consent', async () => {
  const { userId, email, callback, code, verifier } = await signInNewUser(auth);
  expect(callback.searchParams.get('state')).toBe('the state');
  expect(callback.searchParams.get('iss')).toBe(auth.issuer);
  const { status, body } = await redeem(auth, code, verifier);
  expect(status).toBe(200);
  expect(body).toMatchObject({ expires_in: 300, scope: 'profile accounts:read', token_type: 'Bearer' });

  const access = await verify(body.access_token);
  expect(access).toMatchObject({ sub: userId, client_id: 'ipe-web', scope: 'profile accounts:read' });
  expect((access.exp ?? 0) - (access.iat ?? 0)).toBe(300);
  expect(access).not.toHaveProperty('merchant_id');
  expect(decodeProtectedHeader(body.access_token)).toMatchObject({ alg: 'ES256', typ: 'at+jwt' });
  expect(await verify(body.id_token, 'ipe-web')).toMatchObject({ sub: userId, email });
});

test('who is signed in already gets a code without the page', async () => {
  const { browser } = await signInNewUser(auth);
  const again = authorization(auth, { scope: 'openid statement:read' });
  const callback = new URL((await browser.get(again.url)).location);
  const { body } = await redeem(auth, callback.searchParams.get('code') ?? '', again.verifier);
  expect(body.scope).toBe('statement:read');
});

test('a wrong verifier is refused', async () => {
  const { code } = await signInNewUser(auth);
  expect(await redeem(auth, code, 'x'.repeat(43))).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
});

test('a request without PKCE, or with a plain challenge, is refused', async () => {
  const without = new URL(authorization(auth).url);
  without.searchParams.delete('code_challenge');
  without.searchParams.delete('code_challenge_method');
  const plain = authorization(auth, { code_challenge_method: 'plain' }).url;
  for (const url of [without.href, plain]) {
    const { location } = await new Browser(auth.origin).get(url);
    expect(new URL(location).searchParams.get('error')).toBe('invalid_request');
  }
});

test('a code that is replayed is refused, and what it gave is revoked', async () => {
  const { code, verifier } = await signInNewUser(auth);
  const { body } = await redeem(auth, code, verifier);
  expect(await redeem(auth, code, verifier)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  expect(await refresh(auth, body.refresh_token)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
});

test('a code that is redeemed twenty times at once is good for one at most', async () => {
  const { code, verifier } = await signInNewUser(auth);
  const answers = await Promise.all(Array.from({ length: 20 }, () => redeem(auth, code, verifier)));
  const good = answers.filter(({ status }) => status === 200);
  expect(good.length).toBeLessThanOrEqual(1);
  for (const { status, body } of answers.filter((answer) => !good.includes(answer))) {
    expect({ status, error: body.error }).toEqual({ status: 400, error: 'invalid_grant' });
  }
  for (const { body } of good) expect((await refresh(auth, body.refresh_token)).status).toBe(400);
});

test('a scope that the client is not registered with is refused', async () => {
  for (const scope of ['openid deposits:write', 'openid no-such-scope']) {
    const { location } = await new Browser(auth.origin).get(authorization(auth, { scope }).url);
    const answer = new URL(location);
    expect(answer.href.startsWith(redirectUri)).toBe(true);
    expect(answer.searchParams.get('error')).toBe('invalid_scope');
  }
});

test('an unknown client or return address is told on a page, and not redirected to', async () => {
  const browser = new Browser(auth.origin);
  const elsewhere = await browser.get(authorization(auth, { redirect_uri: 'https://evil.example/callback' }).url);
  expect(elsewhere).toMatchObject({ status: 400, location: '' });
  expect(elsewhere.html).toContain('Endereço de retorno não permitido');
  const stranger = await browser.get(authorization(auth, { client_id: 'nobody' }).url);
  expect(stranger).toMatchObject({ status: 400, location: '' });
  expect(stranger.html).toContain('Aplicativo desconhecido');
  expect(stranger.headers.get('content-security-policy')).toContain("default-src 'none'");
});

test('a refresh token is good once: it rotates, and the next one is good', async () => {
  const { userId, code, verifier } = await signInNewUser(auth);
  const first = (await redeem(auth, code, verifier)).body;
  const second = await refresh(auth, first.refresh_token);
  expect(second.status).toBe(200);
  expect(second.body.refresh_token).not.toBe(first.refresh_token);
  expect(await verify(second.body.access_token)).toMatchObject({
    sub: userId,
    scope: 'profile accounts:read',
  });
  expect((await refresh(auth, second.body.refresh_token)).status).toBe(200);
});

test('a refresh token that is used again revokes the whole grant', async () => {
  const { code, verifier } = await signInNewUser(auth);
  const first = (await redeem(auth, code, verifier)).body;
  const second = (await refresh(auth, first.refresh_token)).body;
  expect(await refresh(auth, first.refresh_token)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  expect(await refresh(auth, second.refresh_token)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
});

test('a refresh token that is used twenty times at once revokes the grant as well', async () => {
  const { code, verifier } = await signInNewUser(auth);
  const first = (await redeem(auth, code, verifier)).body;
  const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(auth, first.refresh_token)));
  const good = answers.filter(({ status }) => status === 200);
  expect(good.length).toBeLessThanOrEqual(1);
  for (const { body } of good) expect((await refresh(auth, body.refresh_token)).status).toBe(400);
});

test('after a revocation the person signs in anew and goes on', async () => {
  const { browser, code, verifier } = await signInNewUser(auth);
  await redeem(auth, code, verifier);
  await redeem(auth, code, verifier);
  const again = authorization(auth);
  const callback = new URL((await browser.get(again.url)).location);
  expect((await redeem(auth, callback.searchParams.get('code') ?? '', again.verifier)).status).toBe(200);
});

test('who signs out is asked for the password again, and the refresh token is dead', async () => {
  const { browser, code, verifier } = await signInNewUser(auth);
  const tokens = (await redeem(auth, code, verifier)).body;
  const page = await browser.get(`${auth.issuer}/session/end`);
  expect(page.html).toContain('Quer sair da sua conta?');
  const xsrf = /name="xsrf" value="([^"]+)"/.exec(page.html)?.[1] ?? '';
  const done = await browser.post(`${auth.issuer}/session/end/confirm`, { xsrf, logout: 'yes' });
  expect((await browser.get(done.location)).html).toContain('Você saiu da sua conta');
  expect((await refresh(auth, tokens.refresh_token)).status).toBe(400);
  expect((await browser.get(authorization(auth).url)).location).toMatch(/^.*\/interaction\//);
});

test('the browser application of the client may call the token endpoint, another origin may not', async () => {
  const ask = (origin: string) =>
    fetch(`${auth.issuer}/token`, {
      method: 'POST',
      headers: { origin },
      body: new URLSearchParams({ grant_type: 'refresh_token', client_id: 'ipe-web', refresh_token: 'x' }),
    });
  expect((await ask('http://127.0.0.1:3000')).headers.get('access-control-allow-origin')).toBe('http://127.0.0.1:3000');
  const other = await ask('https://evil.example');
  expect((await other.json()) as object).toMatchObject({ error: 'invalid_request' });
});
