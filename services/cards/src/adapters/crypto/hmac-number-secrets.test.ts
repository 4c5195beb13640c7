import { HmacNumberSecrets } from './hmac-number-secrets.ts';

const secrets = new HmacNumberSecrets({ index: Buffer.alloc(32, 1), cvv: Buffer.alloc(32, 2) });
const number = '6505160000000004';
const expiry = { month: 11, year: 2031 };

test('a CVV has three digits, and is always the same for the same card', () => {
  expect(secrets.cvv(number, expiry)).toMatch(/^\d{3}$/);
  expect(secrets.cvv(number, expiry)).toBe(secrets.cvv(number, expiry));
});

test('a CVV depends on the number, the expiry and the key', () => {
  const months = Array.from({ length: 12 }, (_, index) => secrets.cvv(number, { month: index + 1, year: 2031 }));
  const years = Array.from({ length: 12 }, (_, index) => secrets.cvv(number, { month: 11, year: 2031 + index }));
  const otherKey = new HmacNumberSecrets({ index: Buffer.alloc(32, 1), cvv: Buffer.alloc(32, 3) });
  const keys = Array.from({ length: 12 }, (_, index) => otherKey.cvv(number, { month: index + 1, year: 2031 }));
  expect(new Set(months).size).toBeGreaterThan(6);
  expect(new Set(years).size).toBeGreaterThan(6);
  expect(keys).not.toEqual(months);
});

test('only the three right digits match', () => {
  const cvv = secrets.cvv(number, expiry);
  expect(secrets.cvvMatches(number, expiry, cvv)).toBe(true);
  const wrong = Array.from({ length: 1000 }, (_, value) => String(value).padStart(3, '0')).filter((text) =>
    secrets.cvvMatches(number, expiry, text),
  );
  expect(wrong).toEqual([cvv]);
  expect(secrets.cvvMatches(number, expiry, `0${cvv}`)).toBe(false);
  expect(secrets.cvvMatches(number, expiry, cvv.slice(1))).toBe(false);
});

test('the index depends on the number and on its key', () => {
  const otherKey = new HmacNumberSecrets({ index: Buffer.alloc(32, 9), cvv: Buffer.alloc(32, 2) });
  expect(secrets.index(number)).toMatch(/^[0-9a-f]{64}$/);
  expect(secrets.index(number)).not.toBe(secrets.index('6505160000000012'));
  expect(secrets.index(number)).not.toBe(otherKey.index(number));
});
