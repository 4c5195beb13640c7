import { threeDigits } from './cvv.ts';

test('takes the digits where the last nibble points to, as RFC 4226 shows', () => {
  // The RFC's own example (section 5.4): offset 10, 0x50ef7f19 = 1357872921.
  const mac = Uint8Array.from(Buffer.from('1f8698690e02ca16618550ef7f19da8e945b555a', 'hex'));
  expect(threeDigits(mac)).toBe('921');
});

test('keeps leading zeros', () => {
  expect(threeDigits(new Uint8Array(32))).toBe('000');
});

test('a MAC that is too short is a bug', () => {
  expect(() => threeDigits(new Uint8Array(19))).toThrow('at least 20 bytes');
});
