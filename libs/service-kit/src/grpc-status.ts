import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { BadRequest, ErrorInfo, RetryInfo, Status } from '@ipe/contracts/gen/google/rpc/error_details';
import { GrpcRefusal } from './refusal.ts';

const trailer = 'grpc-status-details-bin';
const typeUrl = (name: string): string => `type.googleapis.com/google.rpc.${name}`;
const domain = 'ipe.bank';

/** A refusal as grpc-js sends it: code, message, and google.rpc details in the trailer. */
export function toServiceError(refusal: GrpcRefusal): Pick<ServiceError, 'code' | 'details' | 'message' | 'metadata'> {
  const details = [
    {
      typeUrl: typeUrl('ErrorInfo'),
      value: Buffer.from(
        ErrorInfo.encode({ reason: refusal.reason, domain, metadata: { ...refusal.metadata } }).finish(),
      ),
    },
  ];
  if (refusal.violations.length > 0) {
    const fieldViolations = refusal.violations.map(({ field, description }) => ({
      field,
      description,
      reason: 'invalid',
    }));
    details.push({
      typeUrl: typeUrl('BadRequest'),
      value: Buffer.from(BadRequest.encode({ fieldViolations }).finish()),
    });
  }
  if (refusal.retryAfterMs !== undefined) {
    const retryDelay = {
      seconds: BigInt(Math.floor(refusal.retryAfterMs / 1000)),
      nanos: (refusal.retryAfterMs % 1000) * 1_000_000,
    };
    details.push({ typeUrl: typeUrl('RetryInfo'), value: Buffer.from(RetryInfo.encode({ retryDelay }).finish()) });
  }
  const metadata = new Metadata();
  metadata.set(trailer, Buffer.from(Status.encode({ code: refusal.code, message: refusal.message, details }).finish()));
  return { code: refusal.code, details: refusal.message, message: refusal.message, metadata };
}

/** What a call answered, back as a refusal; its reason is `unavailable`, `deadline_exceeded` … when the server told none. */
export function fromServiceError(error: ServiceError): GrpcRefusal {
  const raw = error.metadata?.get(trailer)[0];
  const code = codeOf(error);
  const refusal = {
    code,
    reason: (status[code] ?? 'unknown').toLowerCase(),
    message: error.details || error.message,
  };
  if (!(raw instanceof Uint8Array)) return new GrpcRefusal(refusal);
  const details = Status.decode(raw).details;
  const find = (name: string): Uint8Array | undefined => details.find((any) => any.typeUrl === typeUrl(name))?.value;
  const info = find('ErrorInfo');
  const badRequest = find('BadRequest');
  const retry = find('RetryInfo');
  const delay = retry && RetryInfo.decode(retry).retryDelay;
  const decodedInfo = info && ErrorInfo.decode(info);
  return new GrpcRefusal({
    ...refusal,
    ...(decodedInfo ? { reason: decodedInfo.reason, metadata: decodedInfo.metadata } : {}),
    violations: badRequest ? BadRequest.decode(badRequest).fieldViolations : [],
    retryAfterMs: delay ? Number(delay.seconds) * 1000 + Math.round(delay.nanos / 1_000_000) : undefined,
  });
}

/** A connection that broke under a call, as of a server that was killed, is INTERNAL to grpc-js; it says so in words. */
function codeOf({ code, details }: ServiceError): status {
  return code === status.INTERNAL && details?.startsWith('Received RST_STREAM') ? status.UNAVAILABLE : code;
}
