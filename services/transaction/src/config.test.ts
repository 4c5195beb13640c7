import { ConfigError, readConfig } from '@ipe/service-kit/config';
import { configSchema } from './config.ts';

const needed = {
  HTTP_ADDRESS: '127.0.0.1:3003',
  GRPC_ADDRESS: '127.0.0.1:50053',
  KAFKA_BROKERS: '127.0.0.1:19092',
  CARDS_ADDRESS: '127.0.0.1:50054',
  FINGERPRINT_KEY: Buffer.alloc(32, 1).toString('base64'),
};

test('needs its addresses and its key, and has a default for the rest', () => {
  expect(readConfig(configSchema, needed)).toMatchObject({
    CARD_CHECK_DEADLINE_MS: 800,
    EXPIRY_SWEEP_MS: 1_000,
    MAX_QUEUED_RECORDS: 10_000,
    TABLE_PREFIX: 'ipe-',
    TOPIC_PREFIX: '',
  });
});

test('tells every problem at once, and no secret', () => {
  const wrong = { ...needed, CARDS_ADDRESS: '', EXPIRY_SWEEP_MS: '0', FINGERPRINT_KEY: 'c2VjcmV0' };
  expect(() => readConfig(configSchema, wrong)).toThrow(ConfigError);
  try {
    readConfig(configSchema, wrong);
  } catch (error) {
    expect(String(error)).toContain('CARDS_ADDRESS is missing');
    expect(String(error)).toContain('EXPIRY_SWEEP_MS: must be at least 10');
    expect(String(error)).toContain('FINGERPRINT_KEY: must be 32 bytes in base64');
    expect(String(error)).not.toContain('c2VjcmV0');
  }
});
