import { z } from 'zod';
import { ConfigError, readConfig } from './config.ts';
import { address, kafkaFields, key256 } from './config-fields.ts';

const schema = z.object({ HTTP_ADDRESS: address, SEALING_KEY: key256, ...kafkaFields });

test('lists every problem at once, by name, and never a value', () => {
  let told = '';
  try {
    readConfig(schema, { HTTP_ADDRESS: 'nowhere', SEALING_KEY: 'secret-but-short', KAFKA_BROKERS: '' });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.problems).toHaveLength(3);
    told = error.message;
  }
  expect(told).toContain('HTTP_ADDRESS: must be host:port');
  expect(told).toContain('SEALING_KEY: must be 32 bytes in base64');
  expect(told).toContain('KAFKA_BROKERS is missing');
  expect(told).not.toContain('secret-but-short');
});

test('reads and freezes what is right', () => {
  const env = {
    HTTP_ADDRESS: '127.0.0.1:1',
    SEALING_KEY: Buffer.alloc(32).toString('base64'),
    KAFKA_BROKERS: 'a:1, b:2',
  };
  const config = readConfig(schema, env);
  expect(config.KAFKA_BROKERS).toEqual(['a:1', 'b:2']);
  expect(Object.isFrozen(config)).toBe(true);
});
