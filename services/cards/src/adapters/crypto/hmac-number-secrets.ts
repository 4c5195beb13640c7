import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { NumberSecrets } from '../../application/ports.ts';
import { threeDigits } from '../../domain/cvv.ts';
import type { Expiry } from '../../domain/expiry.ts';

/** HMAC-SHA256 under two keys of 32 bytes, one for the index and one for the CVVs. */
export class HmacNumberSecrets implements NumberSecrets {
  private readonly keys: Readonly<{ index: KeyObject; cvv: KeyObject }>;

  constructor({ index, cvv }: Readonly<{ index: Uint8Array; cvv: Uint8Array }>) {
    this.keys = { index: createSecretKey(index), cvv: createSecretKey(cvv) };
  }

  index(number: string): string {
    return createHmac('sha256', this.keys.index).update(number).digest('hex');
  }

  cvv(number: string, { month, year }: Expiry): string {
    const text = `${number}|${year}-${String(month).padStart(2, '0')}`;
    return threeDigits(createHmac('sha256', this.keys.cvv).update(text).digest());
  }

  cvvMatches(number: string, expiry: Expiry, presented: string): boolean {
    const right = Buffer.from(this.cvv(number, expiry));
    const given = Buffer.from(presented);
    // How many digits a CVV has is no secret.
    return right.length === given.length && timingSafeEqual(right, given);
  }
}
