import { randomBytes } from 'node:crypto';
import { HmacClientSecrets } from './hmac-client-secrets.ts';
import { secretMatches } from './secret-hash.ts';

const secrets = new HmacClientSecrets(randomBytes(32));

test('a client has the same secret each time it is asked for, and no other client has it', () => {
  expect(secrets.secretOf('client_a')).toBe(secrets.secretOf('client_a'));
  expect(secrets.secretOf('client_a')).not.toBe(secrets.secretOf('client_b'));
  expect(secrets.secretOf('client_a')).toMatch(/^[A-Za-z0-9_-]{43}$/);
});

test('another key makes another secret', () => {
  expect(new HmacClientSecrets(randomBytes(32)).secretOf('client_a')).not.toBe(secrets.secretOf('client_a'));
});

test('the stored hash knows the secret and nothing else', () => {
  const hash = secrets.hashOf(secrets.secretOf('client_a'));
  expect(secretMatches(hash, secrets.secretOf('client_a'))).toBe(true);
  expect(secretMatches(hash, hash)).toBe(false);
  expect(secretMatches(hash, '')).toBe(false);
});
