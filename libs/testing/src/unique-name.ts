import { randomBytes } from 'node:crypto';

/** A name that no other test has, now or in a later run: `orders-3f9c21ab`. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomBytes(4).toString('hex')}`;
}
