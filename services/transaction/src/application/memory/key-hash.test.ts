import { KeyHash } from './key-hash.ts';

const key = Uint8Array.from({ length: 8 }, (_, index) => index);

// The reference implementation's vectors for 64 bits: key 00..07, message 00..n-1; bytes in order of output.
test.each([
  [0, '218d1f59b9b83cc8'],
  [1, 'be552412f8387315'],
  [2, '064f39ef7c50eb57'],
  [3, 'ce0f1a45f7060679'],
  [4, 'd5e78a175be52ea1'],
  [5, 'cb9d7c3f2f3db580'],
  [6, 'ce3e91358aa2bc25'],
  [7, 'ff202728b07bc684'],
  [8, 'edfee820bce4858c'],
  [9, '5b51cccc13888307'],
])('hashes %i bytes as the reference does', (length, expected) => {
  const message = String.fromCharCode(...Array.from({ length }, (_, index) => index));
  const bytes = Buffer.alloc(8);
  const [first, second] = new KeyHash(key).words(message);
  bytes.writeUInt32LE(first, 0);
  bytes.writeUInt32LE(second, 4);
  expect(bytes.toString('hex')).toBe(expected);
});

test('the number is the first word, and the lower half of the second', () => {
  const text = 'k gateway key-1';
  const [first, second] = new KeyHash(key).words(text);
  expect(new KeyHash(key).of(text)).toBe(first * 2 ** 16 + (second % 2 ** 16));
});

test('the number is 48 bits, and another key gives another', () => {
  const text = 'k gateway key-1';
  const one = new KeyHash(key).of(text);
  expect(Number.isSafeInteger(one)).toBe(true);
  expect(one).toBeLessThan(2 ** 48);
  expect(new KeyHash(Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8])).of(text)).not.toBe(one);
});

test('texts that differ in one character, and texts of other alphabets, have hashes of their own', () => {
  const hash = new KeyHash(key);
  const texts = Array.from({ length: 20_000 }, (_, index) => `k shop ${index}`).concat('ação', 'acao', 'açao');
  expect(new Set(texts.map((text) => hash.of(text))).size).toBe(texts.length);
});
