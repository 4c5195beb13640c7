import { randomBytes } from 'node:crypto';
import { SealBroken } from '../../application/ports.ts';
import { decrypt, encrypt } from './aes-gcm.ts';
import type { DataKeys } from './envelope-vault.ts';

const keyId = 'local';
const nonceLength = 12;

/** For development: the master key (32 bytes) stands in the configuration. */
export class LocalDataKeys implements DataKeys {
  constructor(private readonly masterKey: Uint8Array) {}

  async generate(cardId: string): Promise<{ keyId: string; plain: Uint8Array; wrapped: Uint8Array }> {
    const plain = randomBytes(32);
    const { nonce, ciphertext } = encrypt(this.masterKey, plain, cardId);
    return { keyId, plain, wrapped: Buffer.concat([nonce, ciphertext]) };
  }

  async unwrap(key: { keyId: string; wrapped: Uint8Array }, cardId: string): Promise<Uint8Array> {
    if (key.keyId !== keyId) throw new SealBroken();
    const nonce = key.wrapped.subarray(0, nonceLength);
    return decrypt(this.masterKey, { nonce, ciphertext: key.wrapped.subarray(nonceLength) }, cardId);
  }
}
