import { readConfig } from '@ipe/service-kit/config';
import { configSchema } from './config.ts';

const env = {
  HTTP_ADDRESS: '127.0.0.1:3005',
  GRPC_ADDRESS: '127.0.0.1:50055',
  ACCOUNT_ADDRESS: '127.0.0.1:50052',
  TRANSACTION_ADDRESS: '127.0.0.1:50053',
  FINGERPRINT_KEY: Buffer.alloc(32).toString('base64'),
};

test('what is not said has a default', () => {
  expect(readConfig(configSchema, env)).toMatchObject({
    BANK_DEADLINE_MS: 3_000,
    ACCOUNT_DEADLINE_MS: 3_000,
    ANSWER_WITHIN_MS: 8_000,
    RECOVERY_INTERVAL_MS: 2_000,
    RECOVERY_AFTER_MS: 10_000,
    TABLE_PREFIX: 'ipe-',
  });
});

test('every problem is told at once, and never a value', () => {
  const wrong = { ...env, TRANSACTION_ADDRESS: '', FINGERPRINT_KEY: 'c2hvcnQ=', BANK_DEADLINE_MS: '0' };
  expect(() => readConfig(configSchema, wrong)).toThrow(
    'the configuration has 3 problem(s):\n' +
      '  - TRANSACTION_ADDRESS is missing\n' +
      '  - FINGERPRINT_KEY: must be 32 bytes in base64\n' +
      '  - BANK_DEADLINE_MS: must be at least 1',
  );
});
