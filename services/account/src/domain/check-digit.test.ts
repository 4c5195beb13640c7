import fc from 'fast-check';
import { checkDigit } from './check-digit.ts';

test.each([
  // The bank's own worked examples: account 00210169-6 and branch 1584-9.
  ['00210169', '6'],
  ['1584', '9'],
  // By hand: 1×9+2×8+3×7+4×6+5×5+6×4+7×3+8×2 = 156, rest 2.
  ['12345678', '9'],
  // 9×(9+8+7+6+5+4+3+2) = 396, rest 0: 11 is written 0.
  ['99999999', '0'],
  ['00000000', '0'],
  // 6×2 = 12, rest 1: 10 is written X.
  ['00000006', 'X'],
])('the check digit of %s is %s', (number, digit) => {
  expect(checkDigit(number)).toBe(digit);
});

const number = fc.stringMatching(/^\d{8}$/);

test('any one wrong digit changes it', () => {
  fc.assert(
    fc.property(number, fc.nat(7), fc.integer({ min: 1, max: 9 }), (right, place, by) => {
      const wrong = `${right.slice(0, place)}${(Number(right[place]) + by) % 10}${right.slice(place + 1)}`;
      return checkDigit(wrong) !== checkDigit(right);
    }),
  );
});

test('two different neighbours exchanged change it', () => {
  fc.assert(
    fc.property(number, fc.nat(6), (right, place) => {
      fc.pre(right[place] !== right[place + 1]);
      const wrong = `${right.slice(0, place)}${right[place + 1]}${right[place]}${right.slice(place + 2)}`;
      return checkDigit(wrong) !== checkDigit(right);
    }),
  );
});

test('refuses a number that its weights do not cover', () => {
  expect(() => checkDigit('123456789')).toThrow();
  expect(() => checkDigit('')).toThrow();
  expect(() => checkDigit('12a')).toThrow();
});
