import type { KeyVault, SealedNumber } from '../../application/ports.ts';
import { decrypt, encrypt } from './aes-gcm.ts';

/** Where data keys come from: a master key that never leaves its place wraps and unwraps them. */
export interface DataKeys {
  /** A fresh key of 32 bytes, plain and wrapped. */
  generate(cardId: string): Promise<{ keyId: string; plain: Uint8Array; wrapped: Uint8Array }>;
  /** Throws SealBroken unless it was wrapped for this card. */
  unwrap(key: { keyId: string; wrapped: Uint8Array }, cardId: string): Promise<Uint8Array>;
}

/** Envelope encryption: each number under a data key of its own, the card's id bound to both layers. */
export class EnvelopeVault implements KeyVault {
  constructor(private readonly dataKeys: DataKeys) {}

  async seal(number: string, cardId: string): Promise<SealedNumber> {
    const { keyId, plain, wrapped } = await this.dataKeys.generate(cardId);
    try {
      return { keyId, wrappedKey: wrapped, ...encrypt(plain, Buffer.from(number), cardId) };
    } finally {
      plain.fill(0);
    }
  }

  async open({ keyId, wrappedKey, nonce, ciphertext }: SealedNumber, cardId: string): Promise<string> {
    const key = await this.dataKeys.unwrap({ keyId, wrapped: wrappedKey }, cardId);
    try {
      return decrypt(key, { nonce, ciphertext }, cardId).toString();
    } finally {
      key.fill(0);
    }
  }
}
