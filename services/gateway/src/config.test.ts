import { ConfigError, readConfig } from '@ipe/service-kit/config';
import { configSchema } from './config.ts';

const least = {
  HTTP_ADDRESS: '127.0.0.1:3000',
  REDIS_URL: 'redis://127.0.0.1:16379',
  ISSUER: 'http://127.0.0.1:3001/oidc',
  AUTH_ADDRESS: '127.0.0.1:50051',
  ACCOUNT_ADDRESS: '127.0.0.1:50052',
  TRANSACTION_ADDRESS: '127.0.0.1:50053',
  CARDS_ADDRESS: '127.0.0.1:50054',
  CHECKOUT_ADDRESS: '127.0.0.1:50055',
  STATEMENT_ADDRESS: '127.0.0.1:50056',
};

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    readConfig(configSchema, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

test('needs addresses, and has defaults for the rest', () => {
  expect(readConfig(configSchema, least)).toMatchObject({
    RATE_LIMIT_PER_MINUTE: 600,
    SIGNUP_LIMIT_PER_MINUTE: 30,
    AUDIENCE: 'https://api.ipe.example',
    TRUSTED_ISSUERS: [],
    CORS_ORIGINS: [],
  });
});

test('lists every problem at once', () => {
  const problems = problemsOf({ REDIS_URL: 'http://127.0.0.1', RATE_LIMIT_PER_MINUTE: 'many', TRUSTED_ISSUERS: '{' });
  expect(problems).toHaveLength(11);
  expect(problems).toContain('ISSUER is missing');
  expect(problems).toContain('TRUSTED_ISSUERS: must be a JSON list');
});

test('reads trusted issuers, and names what is wrong with one', () => {
  const trusted = {
    issuer: 'https://cognito.example/pool',
    jwksUri: 'https://cognito.example/pool/jwks',
    audience: 'app',
    subjectClaim: 'sub',
  };
  const config = readConfig(configSchema, {
    ...least,
    TRUSTED_ISSUERS: JSON.stringify([trusted]),
    CORS_ORIGINS: 'https://a.example, https://b.example',
  });
  expect(config.TRUSTED_ISSUERS).toEqual([trusted]);
  expect(config.CORS_ORIGINS).toEqual(['https://a.example', 'https://b.example']);
  const { jwksUri: _, ...incomplete } = trusted;
  expect(problemsOf({ ...least, TRUSTED_ISSUERS: JSON.stringify([incomplete]) })).toHaveLength(1);
});
