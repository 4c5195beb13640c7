import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { ClientSecrets } from '../../application/ports.ts';
import { hashSecret } from './secret-hash.ts';

export class HmacClientSecrets extends ClientSecrets {
  private readonly key: KeyObject;

  constructor(key: Uint8Array) {
    super();
    this.key = createSecretKey(key);
  }

  secretOf(clientId: string): string {
    return createHmac('sha256', this.key).update(`client-secret:${clientId}`).digest('base64url');
  }

  hashOf(secret: string): string {
    return hashSecret(secret);
  }
}
