import { isExpired, printedExpiry, refuseTemporaryExpiry, standardExpiry } from './expiry.ts';

const at = (text: string): Date => new Date(text);

test.each([
  ['2026-11-21T08:00:00Z', '2031-12-01T00:00:00.000Z', { month: 11, year: 2031 }],
  ['2026-12-31T23:59:59.999Z', '2032-01-01T00:00:00.000Z', { month: 12, year: 2031 }],
  ['2028-02-29T12:00:00Z', '2033-03-01T00:00:00.000Z', { month: 2, year: 2033 }],
])('a card issued at %s expires at %s', (now, expiresAt, printed) => {
  expect(standardExpiry(at(now)).toISOString()).toBe(expiresAt);
  expect(printedExpiry(standardExpiry(at(now)))).toEqual(printed);
});

test('a card is good until the moment before its instant, and expired at it', () => {
  const expiresAt = at('2031-12-01T00:00:00Z');
  expect(isExpired(expiresAt, at('2031-11-30T23:59:59.999Z'))).toBe(false);
  expect(isExpired(expiresAt, at('2031-12-01T00:00:00Z'))).toBe(true);
});

test('a temporary card expires in the future and within five years', () => {
  const now = at('2026-11-21T08:00:00Z');
  expect(refuseTemporaryExpiry(now, now)).toBe('expiry_not_in_future');
  expect(refuseTemporaryExpiry(at('2026-11-21T08:00:00.001Z'), now)).toBeUndefined();
  expect(refuseTemporaryExpiry(at('2031-11-21T08:00:00Z'), now)).toBeUndefined();
  expect(refuseTemporaryExpiry(at('2031-11-21T08:00:00.001Z'), now)).toBe('expiry_too_far');
});
