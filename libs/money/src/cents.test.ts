import fc from 'fast-check';
import { cents, formatCents, parseCents } from './cents.ts';

const largest = 2n ** 63n - 1n;
const amount = fc.bigInt({ min: -largest, max: largest }).map(cents);

test('writes an amount beyond the safe integers exactly', () => {
  expect(formatCents(cents(9007199254740993n))).toBe('90071992547409.93');
  expect(parseCents('90071992547409.93')).toBe(9007199254740993n);
});

test.each([
  [0n, '0.00'],
  [5n, '0.05'],
  [-5n, '-0.05'],
  [100n, '1.00'],
  [-123_456n, '-1234.56'],
  [largest, '92233720368547758.07'],
])('%s cents are written and read as %s', (value, text) => {
  expect(formatCents(cents(value))).toBe(text);
  expect(parseCents(text)).toBe(value);
});

test('any amount that a contract can carry is read back as it was written', () => {
  fc.assert(fc.property(amount, (value) => parseCents(formatCents(value)) === value));
});

test('any amount has one text only: what is read is written the same', () => {
  const nearAmount = fc.stringMatching(/^[-+]?\d{0,4}[.,]?\d{0,3}$/);
  fc.assert(
    fc.property(nearAmount, (text) => {
      let value: ReturnType<typeof parseCents>;
      try {
        value = parseCents(text);
      } catch (error) {
        return error instanceof RangeError;
      }
      return formatCents(value) === text;
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  '',
  '10',
  '10.0',
  '10.000',
  '.10',
  '10.',
  '010.00',
  '00.10',
  '+1.00',
  '-0.00',
  '1,00',
  '1e2.00',
  '1_000.00',
  ' 1.00',
  '1.00\u0000',
  '0x1.00',
  '١.٠٠',
  'NaN',
  '92233720368547758.08',
  '100000000000000000.00',
])('refuses %p', (text) => {
  expect(() => parseCents(text)).toThrow(RangeError);
});

test('refuses a megabyte of digits at once', () => {
  expect(() => parseCents(`${'9'.repeat(1_000_000)}.00`)).toThrow(RangeError);
});

test('the refusal does not repeat the text', () => {
  expect(() => parseCents('secret')).toThrow(/^not an amount such as "10\.00"$/);
});
