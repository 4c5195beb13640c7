import { cents } from '@ipe/money/cents';
import type { Card, CardStatus } from './card.ts';
import { decideVerification } from './verification.ts';

const expiresAt = new Date('2031-12-01T00:00:00Z');
const before = new Date(expiresAt.getTime() - 1);
const rightExpiry = { month: 11, year: 2031 };

const card = (changes: Partial<Card> = {}): Card => ({
  cardId: 'crd_1',
  customerId: 'cus_1',
  accountId: 'acc_1',
  holderName: 'ANA SILVA',
  lastFour: '1234',
  brand: 'elo',
  expiresAt,
  status: 'active',
  blockedBy: 'nobody',
  wrongCvvs: 0,
  createdAt: new Date('2026-11-21T08:00:00Z'),
  limit: cents(100_000n),
  ...changes,
});

test('a right card is valid, and nothing is to be written', () => {
  expect(decideVerification(card(), { expiry: rightExpiry, cvvMatches: true }, before)).toEqual({ verdict: 'valid' });
});

test.each<Exclude<CardStatus, 'active'>>(['blocked', 'locked', 'lost', 'stolen', 'cancelled'])(
  'a card that is %s tells only that, and counts no try',
  (status) => {
    const presented = { expiry: { month: 1, year: 2000 }, cvvMatches: false };
    expect(decideVerification(card({ status }), presented, expiresAt)).toEqual({ verdict: status });
  },
);

test('a card is expired from its instant on', () => {
  const presented = { expiry: rightExpiry, cvvMatches: true };
  expect(decideVerification(card(), presented, before).verdict).toBe('valid');
  expect(decideVerification(card(), presented, expiresAt).verdict).toBe('expired_card');
});

test.each([
  { month: 10, year: 2031 },
  { month: 11, year: 2030 },
])('a wrong expiry ($month/$year) counts no try at the CVV', (expiry) => {
  expect(decideVerification(card(), { expiry, cvvMatches: false }, before)).toEqual({ verdict: 'expired_card' });
});

test('the third wrong CVV in a row locks the card', () => {
  const wrong = { expiry: rightExpiry, cvvMatches: false };
  let current = card();
  for (const [wrongCvvs, status] of [
    [1, 'active'],
    [2, 'active'],
    [3, 'locked'],
  ] as const) {
    const { verdict, changed } = decideVerification(current, wrong, before);
    expect(verdict).toBe('wrong_cvv');
    expect(changed).toMatchObject({ wrongCvvs, status });
    current = changed ?? current;
  }
  expect(decideVerification(current, { ...wrong, cvvMatches: true }, before).verdict).toBe('locked');
});

test('a right CVV begins the count anew', () => {
  const { verdict, changed } = decideVerification(
    card({ wrongCvvs: 2 }),
    { expiry: rightExpiry, cvvMatches: true },
    before,
  );
  expect(verdict).toBe('valid');
  expect(changed).toMatchObject({ wrongCvvs: 0, status: 'active' });
});
