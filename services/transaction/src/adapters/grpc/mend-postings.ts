import { status } from '@grpc/grpc-js';
import { PostRequest, type TransactionServiceClient } from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { call } from '@ipe/service-kit/grpc-client';
import { GrpcRefusal } from '@ipe/service-kit/refusal';
import type { Mend } from '../../domain/reconciliation/mend-settlement.ts';

const caller = 'reconciliation';
const deadlineMs = 10_000;

/** A mend as the request that would post it. A day counts from its noon in São Paulo. */
export function postRequestOf(mend: Mend): PostRequest {
  const { idempotencyKey, lines, description, metadata, effectiveOn, followsTransactionId } = mend;
  return PostRequest.fromPartial({
    ...{ caller, idempotencyKey, description, metadata, followsTransactionId },
    lines: lines.map(({ accountId, amount }) => ({ accountId, amountCents: amount })),
    ...(effectiveOn === undefined ? {} : { effectiveAt: new Date(`${effectiveOn}T15:00:00.000Z`) }),
  });
}

/** proto3 JSON on one line. */
export function postRequestLine(mend: Mend): string {
  return `${JSON.stringify(PostRequest.toJSON(postRequestOf(mend)))}\n`;
}

export type Posted = 'posted' | 'replayed' | Readonly<{ refused: string }>;

/**
 * Posts a mend. Twice is once: its key is drawn from what it mends. Answers a refusal of the ledger as a value; throws
 * when it cannot be known whether it was posted: then the same may be tried again.
 */
export async function postMend(client: TransactionServiceClient, mend: Mend): Promise<Posted> {
  try {
    const { replayed } = await call(client, client.post, postRequestOf(mend), deadlineMs, { waitForReady: true });
    return replayed ? 'replayed' : 'posted';
  } catch (error) {
    if (error instanceof GrpcRefusal && refusals.has(error.code))
      return { refused: `${error.reason}: ${error.message}` };
    throw error;
  }
}

const refusals = new Set([
  status.INVALID_ARGUMENT,
  status.NOT_FOUND,
  status.ALREADY_EXISTS,
  status.FAILED_PRECONDITION,
]);
