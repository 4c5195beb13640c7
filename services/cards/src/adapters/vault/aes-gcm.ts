import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { SealBroken } from '../../application/ports.ts';

const tagLength = 16;

/** AES-256-GCM with a fresh nonce of 96 bits; the tag stands at the ciphertext's end. `context` is authenticated. */
export function encrypt(key: Uint8Array, plain: Uint8Array, context: string): { nonce: Buffer; ciphertext: Buffer } {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength });
  cipher.setAAD(Buffer.from(context));
  return { nonce, ciphertext: Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]) };
}

/** Throws SealBroken unless key, nonce, ciphertext and context are the ones of the encryption. */
export function decrypt(
  key: Uint8Array,
  { nonce, ciphertext }: Readonly<{ nonce: Uint8Array; ciphertext: Uint8Array }>,
  context: string,
): Buffer {
  const end = ciphertext.length - tagLength;
  if (end < 0 || nonce.length !== 12) throw new SealBroken();
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength });
  decipher.setAAD(Buffer.from(context));
  decipher.setAuthTag(ciphertext.subarray(end));
  try {
    return Buffer.concat([decipher.update(ciphertext.subarray(0, end)), decipher.final()]);
  } catch {
    // The library says no more than that the tag does not fit.
    throw new SealBroken();
  }
}
