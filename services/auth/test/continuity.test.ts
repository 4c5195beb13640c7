import { FixedClock } from '@ipe/testing/fixed-clock';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { KeyRotation } from '../src/adapters/oidc/key-rotation.ts';
import {
  authorization,
  clientCredentials,
  dropTable,
  environment,
  operatorSecret,
  type RunningAuth,
  redeem,
  refresh,
  signInNewUser,
  startAuth,
} from './auth-under-test.ts';

const running: RunningAuth[] = [];
const environments: Record<string, string>[] = [];

async function start(env: Record<string, string>, clock?: FixedClock): Promise<RunningAuth> {
  if (!environments.some(({ TABLE_PREFIX }) => TABLE_PREFIX === env['TABLE_PREFIX'])) environments.push(env);
  const auth = await startAuth(env, clock);
  running.push(auth);
  return auth;
}

async function stop(auth: RunningAuth): Promise<void> {
  running.splice(running.indexOf(auth), 1);
  await auth.close();
}

afterAll(async () => {
  for (const auth of [...running]) await stop(auth);
  for (const env of environments) await dropTable(env);
});

async function operatorToken(auth: RunningAuth): Promise<string> {
  return (await clientCredentials(auth, 'operator', operatorSecret, 'deposits:write')).body.access_token;
}

/** As a gateway that has just asked for the keys. */
async function verifies(auth: RunningAuth, token: string): Promise<boolean> {
  const keys = createRemoteJWKSet(new URL(`${auth.issuer}/jwks`));
  return jwtVerify(token, keys, { issuer: auth.issuer }).then(
    () => true,
    () => false,
  );
}

async function publishedKids(auth: RunningAuth): Promise<string[]> {
  const { keys } = (await (await fetch(`${auth.issuer}/jwks`)).json()) as { keys: { kid: string }[] };
  return keys.map(({ kid }) => kid);
}

const kidOf = (token: string): string => decodeProtectedHeader(token).kid ?? '';

test('sessions, grants, refresh tokens and keys survive a restart', async () => {
  const env = await environment();
  const before = await start(env);
  const { browser, code, verifier } = await signInNewUser(before);
  const tokens = (await redeem(before, code, verifier)).body;
  await stop(before);

  const after = await start(env);
  expect(await verifies(after, tokens.access_token)).toBe(true);
  expect((await refresh(after, tokens.refresh_token)).status).toBe(200);
  const again = authorization(after);
  const callback = new URL((await browser.get(again.url)).location);
  expect((await redeem(after, callback.searchParams.get('code') ?? '', again.verifier)).status).toBe(200);
  expect(kidOf(await operatorToken(after))).toBe(kidOf(tokens.access_token));
});

test('a sign-in that began before a restart goes on after it', async () => {
  const env = await environment();
  const before = await start(env);
  const { browser, code, verifier } = await signInNewUser(before);
  await stop(before);
  const after = await start(env);
  expect((await redeem(after, code, verifier)).status).toBe(200);
  expect((await browser.get(authorization(after).url)).location).toContain('code=');
});

test('tokens from before a rotation verify after it, and new ones have the new key', async () => {
  const lifetimeS = 3600;
  const clock = new FixedClock(new Date());
  const env = await environment({
    SIGNING_KEY_LIFETIME_SECONDS: String(lifetimeS),
    SIGNING_KEY_LEAD_SECONDS: '600',
    SIGNING_KEY_REFRESH_SECONDS: '3600',
  });
  const auth = await start(env, clock);
  const rotation = auth.app.get(KeyRotation);
  const old = await operatorToken(auth);

  clock.advance((lifetimeS - 600) * 1000);
  await rotation.refresh();
  const [signing, next] = await publishedKids(auth);
  expect(signing).toBe(kidOf(old));
  expect(kidOf(await operatorToken(auth))).toBe(signing);

  clock.advance(600 * 1000);
  await rotation.refresh();
  const fresh = await operatorToken(auth);
  expect(kidOf(fresh)).toBe(next);
  expect(await verifies(auth, old)).toBe(true);
  expect(await verifies(auth, fresh)).toBe(true);

  clock.advance(2 * 3600 * 1000);
  await rotation.refresh();
  expect(await publishedKids(auth)).not.toContain(kidOf(old));
  expect(await verifies(auth, old)).toBe(false);
});

test('replicas that start at once sign with one key, and verify and refresh what the other gave', async () => {
  const env = await environment();
  const { HTTP_ADDRESS = '', GRPC_ADDRESS = '' } = await environment();
  const [one, two] = await Promise.all([start(env), start({ ...env, HTTP_ADDRESS, GRPC_ADDRESS })]);
  expect(kidOf(await operatorToken(one))).toBe(kidOf(await operatorToken(two)));

  // Both have one issuer; the second is spoken to by its own address, as a balancer does.
  const behindBalancer = { ...two, issuer: `http://${HTTP_ADDRESS}/oidc` };
  const { code, verifier } = await signInNewUser(one);
  const tokens = (await redeem(behindBalancer, code, verifier)).body;
  expect(await verifies(one, tokens.access_token)).toBe(true);
  expect((await refresh(one, tokens.refresh_token)).status).toBe(200);
});

test('a start with another sealing key is refused, and says so', async () => {
  const env = await environment();
  await stop(await start(env));
  const { KEY_SEALING_KEY = '' } = await environment();
  await expect(startAuth({ ...env, KEY_SEALING_KEY })).rejects.toThrow('sealed with another KEY_SEALING_KEY');
});
