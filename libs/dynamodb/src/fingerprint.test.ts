import { derivedId } from './derived-id.ts';
import { fingerprint, sealedFingerprint } from './fingerprint.ts';

test('the order of an object’s members does not change the fingerprint, a value does', () => {
  expect(fingerprint([{ a: 1n, b: 'x' }])).toBe(fingerprint([{ b: 'x', a: 1n }]));
  expect(fingerprint([{ a: 1n }])).not.toBe(fingerprint([{ a: 2n }]));
});

test('an amount and its text are different requests', () => {
  expect(fingerprint([1n])).not.toBe(fingerprint(['1']));
});

test('a sealed fingerprint depends on its key', () => {
  expect(sealedFingerprint(Buffer.alloc(32, 1), ['x'])).not.toBe(sealedFingerprint(Buffer.alloc(32, 2), ['x']));
});

test('an id follows from its write, and caller and key do not run together', () => {
  expect(derivedId('acc', { caller: 'a', key: 'k' })).toBe(derivedId('acc', { caller: 'a', key: 'k' }));
  expect(derivedId('acc', { caller: 'a', key: 'bc' })).not.toBe(derivedId('acc', { caller: 'ab', key: 'c' }));
  expect(derivedId('acc', { caller: 'a', key: 'k' })).toMatch(/^acc_[0-9a-hjkmnp-tv-z]{26}$/);
});
