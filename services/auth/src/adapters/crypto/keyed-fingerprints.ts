import { createSecretKey, type KeyObject } from 'node:crypto';
import { sealedFingerprint } from '@ipe/dynamodb/fingerprint';
import { Fingerprints } from '../../application/ports.ts';

/** Digests under a key: a request to create a user holds a password, which a plain digest would let one guess. */
export class KeyedFingerprints extends Fingerprints {
  private readonly key: KeyObject;

  constructor(key: Uint8Array) {
    super();
    this.key = createSecretKey(key);
  }

  of(parts: readonly string[]): string {
    return sealedFingerprint(this.key, parts);
  }
}
