import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

type KmsCall = { KeyId: string; EncryptionContext?: Record<string, string>; CiphertextBlob?: string };

/** The two calls of KMS that cards uses, over its real wire protocol (AWS JSON 1.1), with one master key in memory. */
export class FakeKms {
  readonly keyArn = 'arn:aws:kms:sa-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
  readonly calls: { operation: string; context: Record<string, string> | undefined }[] = [];
  /** While true, every call fails as an overloaded KMS does. */
  failing = false;
  private readonly masterKey = randomBytes(32);
  private readonly server: Server = createServer((request, response) => {
    this.answer(request).then(
      ({ code, body }) =>
        response.writeHead(code, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body)),
      (error) => response.destroy(error),
    );
  });

  async start(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async answer(request: IncomingMessage): Promise<{ code: number; body: object }> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const call = JSON.parse(Buffer.concat(chunks).toString()) as KmsCall;
    const operation = String(request.headers['x-amz-target']).replace('TrentService.', '');
    this.calls.push({ operation, context: call.EncryptionContext });
    if (this.failing) return { code: 500, body: { __type: 'KMSInternalException', message: 'try again' } };
    if (call.KeyId !== this.keyArn && call.KeyId !== 'alias/cards') {
      return { code: 400, body: { __type: 'NotFoundException', message: 'no such key' } };
    }
    return operation === 'GenerateDataKey' ? this.generateDataKey(call) : this.decrypt(call);
  }

  private generateDataKey({ EncryptionContext }: KmsCall): { code: number; body: object } {
    const plain = randomBytes(32);
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.masterKey, nonce).setAAD(contextBytes(EncryptionContext));
    const wrapped = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    const body = {
      KeyId: this.keyArn,
      Plaintext: plain.toString('base64'),
      CiphertextBlob: wrapped.toString('base64'),
    };
    return { code: 200, body };
  }

  private decrypt({ EncryptionContext, CiphertextBlob = '' }: KmsCall): { code: number; body: object } {
    const wrapped = Buffer.from(CiphertextBlob, 'base64');
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.masterKey, wrapped.subarray(0, 12))
        .setAAD(contextBytes(EncryptionContext))
        .setAuthTag(wrapped.subarray(-16));
      const plain = Buffer.concat([decipher.update(wrapped.subarray(12, -16)), decipher.final()]);
      return { code: 200, body: { KeyId: this.keyArn, Plaintext: plain.toString('base64') } };
    } catch {
      // As KMS does, without a reason.
      return { code: 400, body: { __type: 'InvalidCiphertextException' } };
    }
  }
}

function contextBytes(context: Record<string, string> = {}): Buffer {
  return Buffer.from(JSON.stringify(Object.entries(context).sort()));
}
