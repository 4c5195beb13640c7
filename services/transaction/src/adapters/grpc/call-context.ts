import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import type { Metadata } from '@grpc/grpc-js';
import type { Call } from '../../application/admission.ts';
import type { IdempotencyScope } from '../../domain/record.ts';

/** The part of grpc-js's call that is used. */
export type GrpcCall = { getDeadline(): Date | number };

const traceparentShape = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

export function callContext(metadata: Metadata, call: GrpcCall): Call {
  const traceparent = metadata.get('traceparent')[0];
  const deadline = call.getDeadline();
  return {
    deadline: typeof deadline === 'number' ? deadline : deadline.getTime(),
    traceparent: typeof traceparent === 'string' && traceparentShape.test(traceparent) ? traceparent : '',
  };
}

type Keyed = { caller: string; idempotencyKey: string };
type Message<Request> = { encode(request: Request): { finish(): Uint8Array } };

/**
 * Tells a request's body from another's, for ever: HMAC-SHA-256 over the method's name and the request's bytes without
 * caller and key. A card number or CVV among them goes nowhere else, and cannot be found again without the secret.
 */
export class Fingerprints {
  private readonly secret: KeyObject;

  constructor(secret: Uint8Array) {
    // Made once: from plain bytes, making the key costs more than the hash.
    this.secret = createSecretKey(secret);
  }

  scope<Request extends Keyed>(method: string, message: Message<Request>, request: Request): IdempotencyScope {
    const body = message.encode({ ...request, caller: '', idempotencyKey: '' }).finish();
    const fingerprint = createHmac('sha256', this.secret).update(`${method}\n`).update(body).digest('hex');
    return { caller: request.caller, key: request.idempotencyKey, fingerprint };
  }
}
