import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { fromServiceError, toServiceError } from './grpc-status.ts';
import { GrpcRefusal, invalidRequest } from './refusal.ts';

const across = (refusal: GrpcRefusal): GrpcRefusal => fromServiceError(toServiceError(refusal) as ServiceError);

test('a refusal crosses the wire with its reason, violations and retry delay', () => {
  const refusal = new GrpcRefusal({
    code: status.UNAVAILABLE,
    reason: 'cards_unavailable',
    message: 'cards does not answer',
    retryAfterMs: 1_250,
    metadata: { cause: 'deadline' },
  });
  expect(across(refusal)).toMatchObject({
    code: status.UNAVAILABLE,
    reason: 'cards_unavailable',
    message: 'cards does not answer',
    retryAfterMs: 1_250,
    metadata: { cause: 'deadline' },
  });
  const violations = [{ field: 'amount_cents', description: 'must be more than zero' }];
  expect(across(invalidRequest(violations)).violations).toMatchObject(violations);
});

test('an error without details takes its reason from the status', () => {
  const bare = { code: status.DEADLINE_EXCEEDED, details: 'late', metadata: new Metadata() } as ServiceError;
  expect(fromServiceError(bare)).toMatchObject({ code: status.DEADLINE_EXCEEDED, reason: 'deadline_exceeded' });
});

test('a connection that broke under a call is a service that is away, not a bug of its own', () => {
  const details =
    'Received RST_STREAM with code 2 triggered by internal client error: Session closed with error code 2';
  const broken = { code: status.INTERNAL, details, metadata: new Metadata() } as ServiceError;
  expect(fromServiceError(broken)).toMatchObject({ code: status.UNAVAILABLE, reason: 'unavailable' });
  const bug = { code: status.INTERNAL, details: 'internal error', metadata: new Metadata() } as ServiceError;
  expect(fromServiceError(bug)).toMatchObject({ code: status.INTERNAL });
});
