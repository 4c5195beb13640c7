import { createHash } from 'node:crypto';
import { AccountNumbers } from '../../application/ports.ts';

/** Eight digits out of SHA-256 over the account's id and the attempt: nobody counts, nobody waits. */
export class HashedAccountNumbers extends AccountNumbers {
  candidate(accountId: string, attempt: number): string {
    const digest = createHash('sha256').update(`${accountId}#${attempt}`).digest();
    return (digest.readBigUInt64BE() % 100_000_000n).toString().padStart(8, '0');
  }
}
