import { brandOf, cardNumber, lastFour, randomDigitsOf } from './card-number.ts';
import { passesLuhn } from './luhn.ts';

test.each(['650516', '6505160', '65051601'])(
  'a number with the BIN %s has 16 digits, begins with it and passes',
  (bin) => {
    const number = cardNumber(bin, '1'.repeat(randomDigitsOf(bin)));
    expect(number).toMatch(/^\d{16}$/);
    expect(number.startsWith(bin)).toBe(true);
    expect(passesLuhn(number)).toBe(true);
    expect(number.endsWith(lastFour(number))).toBe(true);
  },
);

test('too few or too many digits are a bug of the caller', () => {
  expect(() => cardNumber('650516', '12345678')).toThrow('needs 9 more');
  expect(() => cardNumber('650516', '1234567890')).toThrow('needs 9 more');
});

test.each([
  ['650516', 'elo'],
  ['50900012', 'elo'],
  ['438935', 'elo'],
  ['438936', 'visa'],
  ['411111', 'visa'],
  ['555555', 'mastercard'],
  ['222100', 'mastercard'],
  ['606282', 'hipercard'],
  ['222099', undefined],
  ['999999', undefined],
])('the BIN %s is of %s', (bin, brand) => {
  expect(brandOf(bin)).toBe(brand);
});
