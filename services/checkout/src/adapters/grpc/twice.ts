import { setTimeout as wait } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { GrpcRefusal } from '@ipe/service-kit/refusal';

const worthAnotherTry: ReadonlySet<status> = new Set([
  status.UNAVAILABLE,
  status.DEADLINE_EXCEEDED,
  status.RESOURCE_EXHAUSTED,
]);
const longestPauseMs = 500;

/**
 * One more try when the neighbour did not answer or had too much to do, after the pause that it asks for. Only for calls
 * that carry an idempotency key, or only read.
 */
export async function twice<T>(attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof GrpcRefusal) || !worthAnotherTry.has(error.code)) throw error;
    if (error.retryAfterMs !== undefined) await wait(Math.min(error.retryAfterMs, longestPauseMs));
    return attempt();
  }
}
