import { randomBytes } from 'node:crypto';
import { AesSealer } from './aes-sealer.ts';

const sealer = new AesSealer(randomBytes(32));

test('opens what it sealed, and seals the same text differently each time', () => {
  const sealed = sealer.seal('segredo', 'here');
  expect(sealer.open(sealed, 'here')).toBe('segredo');
  expect(Buffer.from(sealed).includes('segredo')).toBe(false);
  expect(sealer.seal('segredo', 'here')).not.toEqual(sealed);
});

test('refuses another key, another context and a changed byte', () => {
  const sealed = sealer.seal('segredo', 'here');
  const changed = Uint8Array.from(sealed);
  changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
  expect(() => new AesSealer(randomBytes(32)).open(sealed, 'here')).toThrow();
  expect(() => sealer.open(sealed, 'elsewhere')).toThrow();
  expect(() => sealer.open(changed, 'here')).toThrow();
});
