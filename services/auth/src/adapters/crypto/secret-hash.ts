import { createHash, timingSafeEqual } from 'node:crypto';

/** For secrets with as much randomness as the digest: a client's secret, not a person's password. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

export function secretMatches(hash: string, secret: string): boolean {
  const [a, b] = [Buffer.from(hash), Buffer.from(hashSecret(secret))];
  return a.length === b.length && timingSafeEqual(a, b);
}
