import { createHash } from 'node:crypto';

/** The idempotency key of a step of a write: the same again for the same write, and no key that a client would choose. */
export function derivedKey(key: string, step: string): string {
  return createHash('sha256').update(`${step}\n${key}`).digest('hex');
}
