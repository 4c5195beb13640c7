import { luhnDigit, passesLuhn } from './luhn.ts';

test.each(['4111111111111111', '5555555555554444', '6362970000457013', '378282246310005', '6011111111111117'])(
  'the published test number %s passes, by the check digit at its end',
  (number) => {
    expect(passesLuhn(number)).toBe(true);
    expect(luhnDigit(number.slice(0, -1))).toBe(number.slice(-1));
  },
);

test('each single wrong digit is found', () => {
  const number = '4111111111111111';
  for (let place = 0; place < number.length; place += 1) {
    for (const digit of '0123456789') {
      if (digit === number[place]) continue;
      expect(passesLuhn(number.slice(0, place) + digit + number.slice(place + 1))).toBe(false);
    }
  }
});

test('the check digit is 0 where the sum is a multiple of ten already', () => {
  expect(luhnDigit('0')).toBe('0');
  expect(luhnDigit('7992739871')).toBe('3');
});
