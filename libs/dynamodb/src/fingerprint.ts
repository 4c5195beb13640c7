import { createHash, createHmac, type KeyObject } from 'node:crypto';

/** SHA-256, lower-case hex, over the parts of a request that make its meaning. Not for secrets: see sealedFingerprint. */
export function fingerprint(parts: readonly unknown[]): string {
  return createHash('sha256').update(canonical(parts)).digest('hex');
}

/**
 * The same under a key, where the parts hold what must not be guessed from the digest (a card number). A KeyObject made
 * once is several times quicker than bytes, of which one would be made for each call.
 */
export function sealedFingerprint(key: KeyObject | Uint8Array, parts: readonly unknown[]): string {
  return createHmac('sha256', key).update(canonical(parts)).digest('hex');
}

function canonical(parts: readonly unknown[]): string {
  return JSON.stringify(parts, (_name, value) => {
    if (typeof value === 'bigint') return `${value}n`;
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
      return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
    }
    return value;
  });
}
