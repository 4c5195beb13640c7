import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair } from 'jose';
import { type PrivateJwk, SigningKeyMaker } from '../../application/ports.ts';

export class Es256KeyMaker extends SigningKeyMaker {
  async make(): Promise<PrivateJwk> {
    const { privateKey } = await generateKeyPair('ES256', { extractable: true });
    return { ...(await exportJWK(privateKey)), kty: 'EC', kid: randomUUID(), alg: 'ES256', use: 'sig' };
  }
}
