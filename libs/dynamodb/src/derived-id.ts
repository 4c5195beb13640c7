import { createHash } from 'node:crypto';

/**
 * An id that follows from the write that makes it: a repeated write finds what the first one made, even where the first
 * one died half-way. 26 characters of Crockford's base 32 (130 bits) after the prefix: `acc_7zq…`.
 */
export function derivedId(prefix: string, write: { caller: string; key: string }): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([prefix, write.caller, write.key]))
    .digest();
  const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
  let bits = BigInt(`0x${digest.toString('hex')}`);
  let text = '';
  for (let place = 0; place < 26; place += 1) {
    text += alphabet[Number(bits & 31n)];
    bits >>= 5n;
  }
  return `${prefix}_${text}`;
}
