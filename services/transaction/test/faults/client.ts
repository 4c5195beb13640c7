import { setTimeout as wait } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { status } from '@grpc/grpc-js';
import type { Transaction, TransactionServiceClient } from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { call } from '@ipe/service-kit/grpc-client';
import { GrpcRefusal } from '@ipe/service-kit/refusal';
import { caller, type Movement } from './movements.ts';

/** What became of a movement. `unsure`: some attempt was not answered before that. */
export type Fate =
  | Readonly<{ kind: 'acknowledged'; movement: Movement; transaction: Transaction; unsure: boolean }>
  | Readonly<{ kind: 'refused'; movement: Movement; reason: string; unsure: boolean }>
  | Readonly<{ kind: 'never answered'; movement: Movement; reason: string; unsure: true }>;

/** These say nothing about what became of it, or promise that nothing did yet: the same key is asked again. */
const askAgain = new Set([
  status.UNAVAILABLE,
  status.DEADLINE_EXCEEDED,
  status.RESOURCE_EXHAUSTED,
  status.CANCELLED,
  // Of a connection that broke in the middle of an answer.
  status.INTERNAL,
  status.UNKNOWN,
]);

const deadlineMs = 2_500;
const patienceMs = 120_000;

/** A patient client of a bank with several replicas: any of them will do. */
export class Client {
  attempts = 0;
  readonly unanswered = new Map<string, number>();

  constructor(
    private readonly replicas: readonly TransactionServiceClient[],
    private readonly random: () => number,
  ) {}

  /** Asks until there is an answer. */
  async settle(movement: Movement): Promise<Fate> {
    let unsure = false;
    try {
      const { transaction } = await this.untilAnswered(
        (client) => movement.ask(client, deadlineMs),
        () => {
          unsure = true;
        },
      );
      if (!transaction) throw new Error(`${movement.key}: an answer without a transaction`);
      return { kind: 'acknowledged', movement, transaction, unsure };
    } catch (error) {
      if (!(error instanceof GrpcRefusal)) throw error;
      const { reason, code } = error;
      if (askAgain.has(code)) return { kind: 'never answered', movement, reason, unsure: true };
      return { kind: 'refused', movement, reason, unsure };
    }
  }

  /** Of a refusal nobody can be sure of: an attempt before it may have been late, and done after all. */
  async settleRefusal(fate: Fate): Promise<Fate> {
    if (fate.kind !== 'refused' || !fate.unsure) return fate;
    const request = { caller, idempotencyKey: fate.movement.key };
    const isThere = await this.untilAnswered((client) =>
      call(client, client.findTransaction, request, deadlineMs),
    ).then(
      () => true,
      (error: unknown) => {
        if (error instanceof GrpcRefusal && error.code === status.NOT_FOUND) return false;
        throw error;
      },
    );
    return isThere ? this.settle(fate.movement) : { ...fate, unsure: false };
  }

  /** Why the same request is not answered as it was; undefined: it is. */
  async differenceWhenRepeated(fate: Fate & { kind: 'acknowledged' }): Promise<string | undefined> {
    const { key, ask } = fate.movement;
    try {
      const { transaction, replayed } = await this.untilAnswered((client) => ask(client, deadlineMs));
      if (!replayed) return `${key} was acknowledged, and was done again`;
      if (!isDeepStrictEqual(transaction, fate.transaction)) return `${key} is answered otherwise than before`;
      return undefined;
    } catch (error) {
      return `${key} was acknowledged, and is refused now: ${String(error)}`;
    }
  }

  /** The answer of any replica; throws a refusal that is one, or the last failure when patience has an end. */
  async untilAnswered<Answer>(
    ask: (client: TransactionServiceClient) => Promise<Answer>,
    unanswered: () => void = () => undefined,
  ): Promise<Answer> {
    const until = performance.now() + patienceMs;
    for (;;) {
      const client = this.replicas[Math.floor(this.random() * this.replicas.length)];
      if (!client) throw new Error('a client needs a replica');
      this.attempts += 1;
      try {
        return await ask(client);
      } catch (error) {
        if (!(error instanceof GrpcRefusal) || !askAgain.has(error.code) || performance.now() > until) throw error;
        const code = status[error.code];
        this.unanswered.set(code, (this.unanswered.get(code) ?? 0) + 1);
        unanswered();
        await wait(20 + this.random() * 80);
      }
    }
  }
}
