import type { Failure, WriteResult } from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { GrpcRefusal } from '@ipe/service-kit/refusal';
import type { Reply } from '../../application/admission.ts';
import type { CommandAnswer } from '../../domain/command.ts';
import { toBalance, toTransactionMessage } from '../protobuf/transaction-message.ts';
import { refusalOf } from './reply-status.ts';

/** What became of one write of many: the same that a call of its own would have been answered. */
export function writeResult(reply: Reply<CommandAnswer>): WriteResult {
  if (reply.kind !== 'answered') return failed(refusalOf(reply));
  const { answer, replayed } = reply;
  return 'transactionId' in answer
    ? { transaction: toTransactionMessage(answer), replayed }
    : { balance: toBalance(answer), replayed };
}

export function failed(refusal: GrpcRefusal): WriteResult {
  return { failure: failure(refusal), replayed: false };
}

/** The result of a write that was not understood; a bug stays an error. */
export function failedToParse(error: unknown): WriteResult {
  if (error instanceof GrpcRefusal) return failed(error);
  throw error;
}

function failure({ code, reason, message, violations, retryAfterMs }: GrpcRefusal): Failure {
  return { code, reason, message, violations: [...violations], retryAfterMs: BigInt(retryAfterMs ?? 0) };
}
