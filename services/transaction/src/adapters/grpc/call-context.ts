import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';
import type { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { Metadata } from '@grpc/grpc-js';
import type { Call } from '../../application/admission.ts';
import type { IdempotencyScope } from '../../domain/record.ts';
import { written } from '../protobuf/written.ts';

/** The part of grpc-js's call that is used. */
export type GrpcCall = { getDeadline(): Date | number; sendMetadata(headers: Metadata): void };

/** The fields of requests that are maps. */
const maps = ['metadata', 'accounts', 'amountsCents'] as const;

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
type Message<Request> = { encode(request: Request, writer: BinaryWriter): unknown };

/**
 * Tells a request's body from another's, for ever: a hash of the method's name and the request's bytes without caller
 * and key. Maps are sorted first: their order is not part of what was asked.
 */
export class Fingerprints {
  private readonly secret: KeyObject;

  constructor(secret: Uint8Array) {
    // Made once: from plain bytes, making the key costs more than the hash.
    this.secret = createSecretKey(secret);
  }

  /** SHA-256: the journal holds what the request says anyway. */
  scope<Request extends Keyed>(method: string, message: Message<Request>, request: Request): IdempotencyScope {
    const fingerprint = hash('sha256', textOf(method, message, request), 'hex');
    return { caller: request.caller, key: request.idempotencyKey, fingerprint };
  }

  /** HMAC-SHA-256: the card number and CVV in the request cannot be found again without the secret. */
  sealedScope<Request extends Keyed>(method: string, message: Message<Request>, request: Request): IdempotencyScope {
    const fingerprint = createHmac('sha256', this.secret)
      .update(textOf(method, message, request))
      .digest('hex');
    return { caller: request.caller, key: request.idempotencyKey, fingerprint };
  }
}

function textOf<Request extends Keyed>(method: string, message: Message<Request>, request: Request): Uint8Array {
  const body = { ...request, ...sortedMaps(request), caller: '', idempotencyKey: '' };
  return written((writer) => {
    writer.raw(Buffer.from(`${method}\n`));
    message.encode(body, writer);
  });
}

/** Those of a request's maps that have an order; it is made one and the same. */
function sortedMaps(request: Keyed): Partial<Record<string, unknown>> | undefined {
  let sorted: Record<string, unknown> | undefined;
  for (const name of maps) {
    const map = (request as Record<string, unknown>)[name];
    if (typeof map !== 'object' || map === null) continue;
    const pairs = Object.entries(map);
    if (pairs.length < 2) continue;
    sorted ??= {};
    sorted[name] = Object.fromEntries(pairs.sort(([one], [other]) => (one < other ? -1 : 1)));
  }
  return sorted;
}
