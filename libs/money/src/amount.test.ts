import fc from 'fast-check';
import { formatAmount, formatDecimal, scaleOf } from './amount.ts';
import { cents, formatCents } from './cents.ts';

test.each([
  ['BRL', '-12345.67'],
  ['JPY', '-1234567'],
  ['KWD', '-1234.567'],
  ['CLF', '-123.4567'],
  ['PONTOS/0', '-1234567'],
  ['XAU/4', '-123.4567'],
  ['MILHAS_2/18', '-0.000000000001234567'],
])('an amount of %s has the decimals of its smallest unit', (currency, text) => {
  expect(formatAmount(-1_234_567n, currency)).toBe(text);
});

test.each([
  [0n, 'JPY', '0'],
  [0n, 'BRL', '0.00'],
  [5n, 'KWD', '0.005'],
  [-5n, 'JPY', '-5'],
])('%s of %s is %s', (value, currency, text) => {
  expect(formatAmount(value, currency)).toBe(text);
});

test('a currency of hundredths is written as cents are', () => {
  fc.assert(fc.property(fc.bigInt(), (value) => formatAmount(value, 'BRL') === formatCents(cents(value))));
});

test('no digit is lost or added, whatever the scale', () => {
  fc.assert(
    fc.property(fc.bigInt(), fc.integer({ min: 0, max: 18 }), (value, scale) => {
      const [whole = '', decimals = ''] = formatDecimal(value, scale).split('.');
      return decimals.length === scale && BigInt(`${whole}${decimals}`) === value && /^-?(0|[1-9]\d*)$/.test(whole);
    }),
  );
});

test('the scale follows the currency', () => {
  expect(['BRL', 'USD', 'KRW', 'TND', 'UYW', 'A1/18'].map(scaleOf)).toEqual([2, 2, 0, 3, 4, 18]);
});
