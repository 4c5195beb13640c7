import { Metadata, status } from '@grpc/grpc-js';
import { shardOfTransaction } from '@ipe/ledger/home-of';
import { shardOf } from '@ipe/ledger/shard-of';
import { type Leader, leaderHeader, leaderText } from '@ipe/ledger/ways';
import { GrpcRefusal, invalidRequest } from '@ipe/service-kit/refusal';
import type { ShardDesk } from '../../application/shards/shard-desk.ts';
import type { ShardReplica } from '../../application/shards/shard-replica.ts';
import { homeOf, type Placed } from '../../domain/home-of.ts';
import { systemScheduler } from '../system/system-scheduler.ts';
import type { GrpcCall } from './call-context.ts';
import { forwardedTo, LeaderLink, type UnaryMethod } from './leader-link.ts';
import { Portions } from './portions.ts';
import { RemoteDesk } from './remote-desk.ts';
import type { ReplicaPass } from './replica-pass.ts';

type Member = Readonly<{ replica: ShardReplica; link: LeaderLink; desk: RemoteDesk }>;

/** How long a call waits for the next leader; a lease is over before. */
const patienceMs = 3_000;
/** How often a waiting call looks who leads, and how long it waits at most before it tries again. */
const lookMs = 20;
const mostWaitMs = 250;

function isNobodyThere(error: unknown): boolean {
  if (!(error instanceof GrpcRefusal) || error.code !== status.UNAVAILABLE) return false;
  // The ledger's own word, and grpc's for a way that is closed.
  return error.reason === 'not_leading' || error.reason === 'unavailable';
}

/** Tells a caller whom to ask next time: see `Ways`. */
function wayTo(leader: Leader): Metadata {
  const headers = new Metadata();
  headers.set(leaderHeader, leaderText(leader));
  return headers;
}

/** Until another leads, or some time has passed. */
async function untilOtherwise(replica: ShardReplica): Promise<void> {
  const { role, leaderAddress } = replica;
  for (let waited = 0; waited < mostWaitMs && !replica.isEnding; waited += lookMs) {
    await systemScheduler.wait(lookMs);
    if (replica.role !== role || replica.leaderAddress !== leaderAddress) return;
  }
}

/** The shards as this process has them: it follows or leads each of them, and knows the way to those who lead. */
export class Shards {
  private readonly members: readonly Member[];
  /** By shard: what calls wait for that found nobody who leads it. */
  private readonly changes = new Map<number, Promise<void>>();
  private readonly answers = new Portions();

  /** replicaOf: of a shard; it may ask for other shards' desks once all are made. */
  constructor(
    readonly count: number,
    pass: ReplicaPass,
    replicaOf: (shard: number, deskOf: (shard: number) => ShardDesk) => ShardReplica,
  ) {
    const deskOf = (shard: number) => this.deskOf(shard);
    this.members = Array.from({ length: count }, (_, shard) => {
      const replica = replicaOf(shard, deskOf);
      const leaderAddress = () => replica.leaderAddress;
      return { replica, link: new LeaderLink(shard, leaderAddress), desk: new RemoteDesk(shard, leaderAddress, pass) };
    });
  }

  get replicas(): readonly ShardReplica[] {
    return this.members.map(({ replica }) => replica);
  }

  /** Throws INVALID_ARGUMENT where there is no such shard. */
  at(shard: number): ShardReplica {
    return this.member(shard).replica;
  }

  link(shard: number): LeaderLink {
    return this.member(shard).link;
  }

  /**
   * Serves a call for a shard: here, or, while another replica leads it, there. While the lead changes hands the call
   * waits for whoever leads next: its key, if it has one, keeps it from being done twice. Throws what it is refused with.
   */
  async serve<Response>(
    shard: number,
    method: UnaryMethod,
    request: unknown,
    metadata: Metadata,
    call: GrpcCall,
    here: () => Promise<Response>,
  ): Promise<Response> {
    const { replica, link } = this.member(shard);
    // Whoever passed it on waits.
    if (forwardedTo(metadata) !== undefined) return this.inItsPortion(here);
    for (const until = systemScheduler.elapsed() + patienceMs; ; ) {
      const leader = replica.leaderAddress;
      try {
        if (leader === undefined) return await this.inItsPortion(here);
        const response = await link.forward<Response>(method, request, metadata, call);
        call.sendMetadata(wayTo({ shard, shards: this.count, address: leader }));
        return response;
      } catch (error) {
        if (!isNobodyThere(error) || systemScheduler.elapsed() >= until) throw error;
        await this.untilOtherwise(shard, replica);
        if (replica.isEnding) throw error;
      }
    }
  }

  /** The way to a shard: its ledger here, or whoever leads it. */
  deskOf(shard: number): ShardDesk {
    const { replica, desk } = this.member(shard);
    return replica.leaderAddress === undefined ? replica.desk : desk;
  }

  /** The shards that a call to all of them is about; of one that was passed on, the one that it was passed on for. */
  ofCall(metadata: Metadata): readonly number[] {
    const forwarded = forwardedTo(metadata);
    return forwarded === undefined ? this.members.map((_, shard) => shard) : [forwarded];
  }

  homeOf(write: Placed): number {
    return homeOf(write, this.count);
  }

  ofAccount(accountId: string): number {
    return shardOf(accountId, this.count);
  }

  ofTransaction(transactionId: string): number {
    return shardOfTransaction(transactionId, this.count);
  }

  /** Asks the leader of a shard to let another lead it. */
  askFor(shard: number): Promise<void> {
    return this.member(shard).desk.handOver();
  }

  close(): void {
    for (const { link, desk } of this.members) {
      link.close();
      desk.close();
    }
  }

  private async inItsPortion<Response>(here: () => Promise<Response>): Promise<Response> {
    const response = await here();
    await this.answers.next();
    return response;
  }

  /** One look for all who wait: in a change of leader they are hundreds. */
  private untilOtherwise(shard: number, replica: ShardReplica): Promise<void> {
    const waiting = this.changes.get(shard) ?? untilOtherwise(replica).finally(() => this.changes.delete(shard));
    this.changes.set(shard, waiting);
    return waiting;
  }

  private member(shard: number): Member {
    const member = this.members[shard];
    if (!member) throw invalidRequest([{ field: 'shard', description: `must be 0 to ${this.count - 1}` }]);
    return member;
  }
}
