import { createHash, randomBytes } from 'node:crypto';
import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { AuthServiceClient } from '@ipe/contracts/gen/bank/auth/v1/auth';
import { dynamoClient } from '@ipe/dynamodb/client';
import { readConfig } from '@ipe/service-kit/config';
import { call, grpcClient } from '@ipe/service-kit/grpc-client';
import { startService } from '@ipe/service-kit/start-service';
import { testEngines } from '@ipe/testing/engines';
import { freePort } from '@ipe/testing/free-port';
import { uniqueName } from '@ipe/testing/unique-name';
import type { Clock } from '../src/application/ports.ts';
import { configSchema } from '../src/config.ts';
import { authService } from '../src/create-service.ts';
import { Browser } from './browser.ts';

export const operatorSecret = 'the operator of the tests';
const key = () => randomBytes(32).toString('base64');

type Env = Record<string, string>;

/** What two starts of one service have in common: its keys and its table. */
export async function environment(more: Env = {}): Promise<Env> {
  const [http, grpc] = [await freePort(), await freePort()];
  return {
    HTTP_ADDRESS: `127.0.0.1:${http}`,
    GRPC_ADDRESS: `127.0.0.1:${grpc}`,
    ISSUER: `http://127.0.0.1:${http}/oidc`,
    DYNAMODB_ENDPOINT: testEngines().dynamodb,
    TABLE_PREFIX: `${uniqueName('auth-test')}-`,
    LOG_LEVEL: 'silent',
    COOKIE_KEYS: key(),
    KEY_SEALING_KEY: key(),
    CLIENT_SECRET_KEY: key(),
    OPERATOR_CLIENT_SECRET: operatorSecret,
    ...more,
  };
}

export type RunningAuth = Awaited<ReturnType<typeof startAuth>>;

/** The service on real ports with a real store, and its callers. */
export async function startAuth(env: Env, clock?: Clock) {
  const config = readConfig(configSchema, env);
  const app = await startService(authService(config, clock));
  const grpc = grpcClient(AuthServiceClient, config.GRPC_ADDRESS);
  return {
    app,
    config,
    origin: new URL(config.ISSUER).origin,
    issuer: config.ISSUER,
    createUser: (request: Parameters<AuthServiceClient['createUser']>[0]) =>
      call(grpc, grpc.createUser, request, 20_000),
    createClient: (request: Parameters<AuthServiceClient['createClient']>[0]) =>
      call(grpc, grpc.createClient, request, 20_000),
    close: async (): Promise<void> => {
      grpc.close();
      await app.close();
    },
  };
}

/** A service for all tests of one file, with a table of its own that goes with it. */
export async function startOwnAuth(clock?: Clock): Promise<RunningAuth> {
  const env = await environment();
  const auth = await startAuth(env, clock);
  const close = async (): Promise<void> => {
    await auth.close();
    await dropTable(env);
  };
  return { ...auth, close };
}

export async function dropTable(env: Env): Promise<void> {
  const config = readConfig(configSchema, env);
  const client = dynamoClient(config);
  await client.send(new DeleteTableCommand({ TableName: `${config.TABLE_PREFIX}auth` }));
  client.destroy();
}

export const password = 'uma senha bem comprida';

/** A user of one's own. */
export async function newUser(auth: RunningAuth): Promise<{ userId: string; email: string }> {
  const userId = uniqueName('cus');
  const email = `${userId}@ipe.example`;
  await auth.createUser({ caller: 'test', idempotencyKey: userId, userId, email, password });
  return { userId, email };
}

type Tokens = {
  access_token: string;
  id_token: string;
  refresh_token: string;
  scope: string;
  expires_in: number;
};
type Failure = { error: string; error_description: string };

export const redirectUri = 'http://127.0.0.1:3000/callback';

/** An authorization request with PKCE, and what is needed to redeem its code. */
export function authorization(auth: RunningAuth, more: Record<string, string> = {}) {
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    client_id: 'ipe-web',
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'openid profile accounts:read',
    state: 'the state',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...more,
  });
  return { verifier, url: `${auth.issuer}/auth?${query}` };
}

/** Walks from the authorization request to the client's callback, as a person with a browser does. */
export async function signIn(
  auth: RunningAuth,
  email: string,
  { browser = new Browser(auth.origin), more = {} }: { browser?: Browser; more?: Record<string, string> } = {},
) {
  const { verifier, url } = authorization(auth, more);
  const page = (await browser.get(url)).location;
  const submitted = await browser.post(page, { email, password });
  const callback = new URL((await browser.get(submitted.location)).location);
  return { browser, callback, verifier, code: callback.searchParams.get('code') ?? '' };
}

/** A user of one's own who has just signed in. */
export async function signInNewUser(auth: RunningAuth) {
  const user = await newUser(auth);
  return { ...user, ...(await signIn(auth, user.email)) };
}

export function redeem(auth: RunningAuth, code: string, verifier: string, more: Record<string, string> = {}) {
  return token(auth, {
    grant_type: 'authorization_code',
    client_id: 'ipe-web',
    code,
    code_verifier: verifier,
    redirect_uri: redirectUri,
    ...more,
  });
}

export function refresh(auth: RunningAuth, refreshToken: string) {
  return token(auth, { grant_type: 'refresh_token', client_id: 'ipe-web', refresh_token: refreshToken });
}

export function clientCredentials(auth: RunningAuth, clientId: string, secret: string, scope: string) {
  const basic = btoa(`${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`);
  return token(auth, { grant_type: 'client_credentials', scope }, { authorization: `Basic ${basic}` });
}

async function token(auth: RunningAuth, form: Record<string, string>, headers: Record<string, string> = {}) {
  const answer = await fetch(`${auth.issuer}/token`, { method: 'POST', headers, body: new URLSearchParams(form) });
  return { status: answer.status, body: (await answer.json()) as Tokens & Failure };
}
