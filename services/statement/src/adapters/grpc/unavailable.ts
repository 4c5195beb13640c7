import { status } from '@grpc/grpc-js';
import { isTransient } from '@ipe/events/handling-error';
import { GrpcRefusal } from '@ipe/service-kit/refusal';

/** A store that is away is no bug of ours: callers may try again. Anything else stays what it is. */
export function asRefusal(error: unknown): unknown {
  if (!isTransient(error)) return error;
  return new GrpcRefusal({
    code: status.UNAVAILABLE,
    reason: 'store_unavailable',
    message: 'the store does not answer',
    retryAfterMs: 1_000,
  });
}

export async function whileStoreAnswers<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw asRefusal(error);
  }
}
