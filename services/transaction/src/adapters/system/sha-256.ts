import { hash } from 'node:crypto';

/** SHA-256 of bytes, as bytes. */
export function sha256OfBytes(bytes: Uint8Array): Uint8Array {
  return hash('sha256', bytes, 'buffer');
}
