import { status } from '@grpc/grpc-js';
import { ShardServiceClient } from '@ipe/contracts/gen/bank/transaction/v1/shards';
import { call, grpcClient } from '@ipe/service-kit/grpc-client';
import { GrpcRefusal } from '@ipe/service-kit/refusal';
import { type Call, type Reply, unserved } from '../../application/admission.ts';
import { Rounds } from '../../application/rounds.ts';
import type { Described, ShardDesk } from '../../application/shards/shard-desk.ts';
import type { Delivery } from '../../domain/decide-delivery.ts';
import type { Reserve, ReservedFor } from '../../domain/decide-reservation.ts';
import { answered } from '../../domain/decision.ts';
import type { Transaction } from '../../domain/transaction.ts';
import { toRemittedMessage } from '../protobuf/journal-codec.ts';
import { fromBalance, fromTransactionMessage, toTransactionMessage } from '../protobuf/transaction-message.ts';
import type { ReplicaPass } from './replica-pass.ts';
import { fromResponse } from './shard-replies.ts';

const longestMs = 5_000;
/** Others wait for it. */
const longestDescribeMs = 1_000;

type Asked = {
  accountIds: Set<string>;
  transactionIds: Set<string>;
  deadline: number;
};

function nothingAsked(): Asked {
  return { accountIds: new Set(), transactionIds: new Set(), deadline: 0 };
}

/** The desk of a shard that another process leads. Whatever is wrong on the way is UNSERVED: nothing is known of it. */
export class RemoteDesk implements ShardDesk {
  private link: { address: string; client: ShardServiceClient } | undefined;
  /** What will be asked once the answer on its way is here. */
  private asked = nothingAsked();
  private readonly rounds = new Rounds(() => {
    const { asked } = this;
    this.asked = nothingAsked();
    return this.describeAll(asked);
  });

  /** leaderAddress: where the leader takes calls; undefined when nobody is known to lead. */
  constructor(
    private readonly shard: number,
    private readonly leaderAddress: () => string | undefined,
    private readonly pass: ReplicaPass,
  ) {}

  /** Those who ask while an answer is on its way ask together next: a shard is asked by many at once. */
  async describe(
    accountIds: readonly string[],
    transactionIds: readonly string[],
    call: Call,
  ): Promise<Reply<Described>> {
    const { asked } = this;
    for (const accountId of accountIds) asked.accountIds.add(accountId);
    for (const transactionId of transactionIds) asked.transactionIds.add(transactionId);
    asked.deadline = Math.max(asked.deadline, call.deadline);
    const reply = await this.rounds.ask();
    if (reply.kind !== 'answered') return reply;
    const own = {
      accounts: reply.answer.accounts.filter(({ accountId }) => accountIds.includes(accountId)),
      transactionIds: reply.answer.transactionIds.filter((id) => transactionIds.includes(id)),
    };
    return answered(own).outcome;
  }

  private describeAll({ accountIds, transactionIds, deadline }: Asked): Promise<Reply<Described>> {
    const request = { shard: this.shard, accountIds: [...accountIds], transactionIds: [...transactionIds] };
    const until = Math.min(deadline, Date.now() + longestDescribeMs);
    return this.asking({ deadline: until, traceparent: '' }, async (client, withinMs) => {
      const { notDone, ...answer } = await this.ask(client, client.describe, request, withinMs);
      return fromResponse({ answer, notDone }, (told) => ({
        // A balance does not tell its chain, and no decision elsewhere needs it.
        accounts: told.accounts.map((balance) => fromBalance(balance, '')),
        transactionIds: told.transactionIds,
      }));
    });
  }

  reserve({ accountId, amount, currency, reservedFor }: Reserve, call: Call): Promise<Reply<Transaction>> {
    const request = { shard: this.shard, accountId, amountCents: amount, currency, reservedFor };
    return this.asking(call, async (client, withinMs) => {
      const { reservation: answer, notDone } = await this.ask(client, client.reserve, request, withinMs);
      return fromResponse({ answer, notDone }, fromTransactionMessage);
    });
  }

  release(reservationId: string, call: Call): Promise<Reply<Transaction>> {
    return this.asking(call, async (client, withinMs) => {
      const request = { shard: this.shard, reservationId };
      const { reservation: answer, notDone } = await this.ask(client, client.release, request, withinMs);
      return fromResponse({ answer, notDone }, fromTransactionMessage);
    });
  }

  deliver({ items, sequence, ...place }: Delivery, call: Call): Promise<Reply<Transaction>> {
    const messages = items.map(({ transaction, postings, reservationIds }) => ({
      transaction: toTransactionMessage(transaction),
      postings: postings.map(toRemittedMessage),
      reservationIds: [...reservationIds],
    }));
    const request = { ...place, sequence: BigInt(sequence), items: messages };
    return this.asking(call, async (client, withinMs) => {
      const { transaction: answer, notDone } = await this.ask(client, client.deliver, request, withinMs);
      return fromResponse({ answer, notDone }, fromTransactionMessage);
    });
  }

  callOff(reservationId: string, reservedFor: ReservedFor, call: Call): Promise<Reply<'named' | 'called_off'>> {
    return this.asking(call, async (client, withinMs) => {
      const { named, notDone } = await this.ask(client, client.callOff, { reservationId, reservedFor }, withinMs);
      return fromResponse({ answer: named, notDone }, (isNamed) => (isNamed ? 'named' : 'called_off'));
    });
  }

  /** Asks the leader to let another lead. */
  async handOver(): Promise<void> {
    const client = this.client();
    if (client) await this.ask(client, client.handOver, { shard: this.shard }, longestMs);
  }

  close(): void {
    this.link?.client.close();
    this.link = undefined;
  }

  private async asking<Answer>(
    { deadline }: Call,
    work: (client: ShardServiceClient, withinMs: number) => Promise<Reply<Answer>>,
  ): Promise<Reply<Answer>> {
    const client = this.client();
    if (!client) return unserved('not_leading');
    try {
      return await work(client, Math.min(longestMs, deadline - Date.now()));
    } catch (error) {
      if (!(error instanceof GrpcRefusal)) throw error;
      return unserved(error.code === status.DEADLINE_EXCEEDED ? 'deadline_exceeded' : 'not_leading');
    }
  }

  private ask: typeof call = (client, method, request, withinMs) =>
    call(client, method, request, withinMs, { headers: this.pass.headers });

  private client(): ShardServiceClient | undefined {
    const address = this.leaderAddress();
    if (this.link?.address !== address) {
      this.close();
      if (address !== undefined) this.link = { address, client: grpcClient(ShardServiceClient, address) };
    }
    return this.link?.client;
  }
}
