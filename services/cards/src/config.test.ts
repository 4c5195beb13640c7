import { readConfig } from '@ipe/service-kit/config';
import { configSchema } from './config.ts';

const key = Buffer.alloc(32, 7).toString('base64');
const env = {
  HTTP_ADDRESS: '127.0.0.1:3004',
  GRPC_ADDRESS: '127.0.0.1:50054',
  ACCOUNT_ADDRESS: '127.0.0.1:50052',
  PAN_INDEX_KEY: key,
  CVV_KEY: key,
  PAN_SEALING_KEY: key,
};

test('addresses and keys are enough', () => {
  expect(readConfig(configSchema, env)).toMatchObject({ CARD_BIN: '650516', MAX_LIMIT_CENTS: 2_000_000n });
});

test('every problem is told at once, and no value', () => {
  const broken = { GRPC_ADDRESS: '127.0.0.1:50054', CVV_KEY: 'c2hvcnQ=', CARD_BIN: '999999', MAX_LIMIT_CENTS: '10.5' };
  expect(() => readConfig(configSchema, broken)).toThrow(
    expect.objectContaining({
      problems: expect.arrayContaining([
        'HTTP_ADDRESS is missing',
        'ACCOUNT_ADDRESS is missing',
        'PAN_INDEX_KEY is missing',
        'CVV_KEY: must be 32 bytes in base64',
        'CARD_BIN: must be a BIN of Elo, Visa, Mastercard or Hipercard',
        'MAX_LIMIT_CENTS: must be whole cents, more than zero',
        'PAN_SEALING_KEY is missing',
      ]),
    }),
  );
  expect(() => readConfig(configSchema, broken)).not.toThrow(/c2hvcnQ|999999/);
});

test('card numbers are sealed by one key, not by two', () => {
  expect(() => readConfig(configSchema, { ...env, KMS_KEY_ID: 'alias/cards' })).toThrow(
    'KMS_KEY_ID: must not be set beside PAN_SEALING_KEY',
  );
  const { PAN_SEALING_KEY: _local, ...others } = env;
  expect(readConfig(configSchema, { ...others, KMS_KEY_ID: 'alias/cards' }).KMS_KEY_ID).toBe('alias/cards');
});
