import { ConfigError, readConfig } from '@ipe/service-kit/config';
import { configSchema } from './config.ts';

const key = Buffer.alloc(32, 7).toString('base64');
const complete = {
  HTTP_ADDRESS: '127.0.0.1:3001',
  GRPC_ADDRESS: '127.0.0.1:50051',
  ISSUER: 'http://127.0.0.1:3001/oidc',
  COOKIE_KEYS: `${'a'.repeat(32)}, ${'b'.repeat(32)}`,
  KEY_SEALING_KEY: key,
  CLIENT_SECRET_KEY: key,
  OPERATOR_CLIENT_SECRET: 'c'.repeat(24),
};

function problems(env: Record<string, string>): readonly string[] {
  try {
    readConfig(configSchema, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

test('a complete environment is read, with its defaults', () => {
  expect(readConfig(configSchema, complete)).toMatchObject({
    COOKIE_KEYS: ['a'.repeat(32), 'b'.repeat(32)],
    ACCESS_TOKEN_TTL_SECONDS: 300,
    REDIRECT_URIS: [],
    SIGNING_KEY_LIFETIME_SECONDS: 7_776_000,
  });
});

test('everything that is missing is told at once', () => {
  expect(problems({})).toEqual([
    'HTTP_ADDRESS is missing',
    'GRPC_ADDRESS is missing',
    'ISSUER is missing',
    'COOKIE_KEYS is missing',
    'KEY_SEALING_KEY is missing',
    'CLIENT_SECRET_KEY is missing',
    'OPERATOR_CLIENT_SECRET is missing',
  ]);
});

test('everything that is wrong is told at once, and no value with it', () => {
  const wrong = problems({
    ...complete,
    ISSUER: 'http://127.0.0.1:3001',
    COOKIE_KEYS: 'short-cookie-key',
    KEY_SEALING_KEY: 'short-sealing-key',
    OPERATOR_CLIENT_SECRET: 'short-secret',
    ACCESS_TOKEN_TTL_SECONDS: '5',
    REDIRECT_URIS: 'https://app.example/callback,not a url',
  });
  expect(wrong).toHaveLength(6);
  expect(wrong.join('\n')).not.toMatch(/short-|not a url/);
});
