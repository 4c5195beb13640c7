import {
  DecryptCommand,
  GenerateDataKeyCommand,
  IncorrectKeyException,
  InvalidCiphertextException,
  type KMSClient,
} from '@aws-sdk/client-kms';
import { isUnreachable } from '@ipe/service-kit/unreachable';
import { SealBroken, Unavailable } from '../../application/ports.ts';
import type { DataKeys } from './envelope-vault.ts';

/** For production: the master key stays in AWS KMS, whose log names the card of each use by its encryption context. */
export class KmsDataKeys implements DataKeys {
  constructor(
    private readonly client: KMSClient,
    private readonly masterKeyId: string,
  ) {}

  async generate(cardId: string): Promise<{ keyId: string; plain: Uint8Array; wrapped: Uint8Array }> {
    const command = new GenerateDataKeyCommand({
      KeyId: this.masterKeyId,
      KeySpec: 'AES_256',
      EncryptionContext: { card_id: cardId },
    });
    const { KeyId, Plaintext, CiphertextBlob } = await answered(this.client.send(command));
    if (!KeyId || !Plaintext || !CiphertextBlob) throw new Error('KMS answered without a data key');
    return { keyId: KeyId, plain: Plaintext, wrapped: CiphertextBlob };
  }

  async unwrap(key: { keyId: string; wrapped: Uint8Array }, cardId: string): Promise<Uint8Array> {
    const command = new DecryptCommand({
      KeyId: key.keyId,
      CiphertextBlob: key.wrapped,
      EncryptionContext: { card_id: cardId },
    });
    const { Plaintext } = await answered(this.client.send(command));
    if (!Plaintext) throw new Error('KMS answered without a plain key');
    return Plaintext;
  }
}

async function answered<Answer>(call: Promise<Answer>): Promise<Answer> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof InvalidCiphertextException || error instanceof IncorrectKeyException) throw new SealBroken();
    if (isUnreachable(error)) throw new Unavailable('key_vault_unavailable', { cause: error });
    throw error;
  }
}
