import { status } from '@grpc/grpc-js';
import { GrpcRefusal, idempotencyKeyReused } from '@ipe/service-kit/refusal';

type Refusal = 'email_taken' | 'user_exists' | 'idempotency_key_reused';

const refusals: Readonly<Record<Refusal, () => GrpcRefusal>> = {
  idempotency_key_reused: idempotencyKeyReused,
  email_taken: () => alreadyExists('email_taken', 'this e-mail address has an account'),
  user_exists: () => alreadyExists('user_exists', 'this user has credentials already'),
};

/** Total over what the use cases refuse: another refusal breaks the compile here. */
export function toGrpcRefusal(refusal: Refusal): GrpcRefusal {
  return refusals[refusal]();
}

function alreadyExists(reason: Refusal, message: string): GrpcRefusal {
  return new GrpcRefusal({ code: status.ALREADY_EXISTS, reason, message });
}
