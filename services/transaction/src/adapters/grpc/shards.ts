import type { Metadata } from '@grpc/grpc-js';
import { invalidRequest } from '@ipe/service-kit/refusal';
import type { ShardDesk } from '../../application/shards/shard-desk.ts';
import type { ShardReplica } from '../../application/shards/shard-replica.ts';
import { homeOf, type Placed, shardOfTransaction } from '../../domain/home-of.ts';
import { shardOf } from '../../domain/shard-of.ts';
import { forwardedTo, LeaderLink } from './leader-link.ts';
import { RemoteDesk } from './remote-desk.ts';

type Member = Readonly<{ replica: ShardReplica; link: LeaderLink; desk: RemoteDesk }>;

/** The shards as this process has them: it follows or leads each of them, and knows the way to those who lead. */
export class Shards {
  private readonly members: readonly Member[];

  /** replicaOf: of a shard; it may ask for other shards' desks once all are made. */
  constructor(
    readonly count: number,
    replicaOf: (shard: number, deskOf: (shard: number) => ShardDesk) => ShardReplica,
  ) {
    const deskOf = (shard: number) => this.deskOf(shard);
    this.members = Array.from({ length: count }, (_, shard) => {
      const replica = replicaOf(shard, deskOf);
      const leaderAddress = () => replica.leaderAddress;
      return { replica, link: new LeaderLink(shard, leaderAddress), desk: new RemoteDesk(shard, leaderAddress) };
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

  /** The way to a shard: its ledger here, or whoever leads it. */
  deskOf(shard: number): ShardDesk {
    const { replica, desk } = this.member(shard);
    return replica.leaderAddress === undefined ? replica.desk : desk;
  }

  /** The shards that a call from a caller is about; of a call that was passed on, the one that it was passed on for. */
  ofCall(metadata: Metadata, shards: () => Iterable<number>): readonly number[] {
    const forwarded = forwardedTo(metadata);
    return forwarded === undefined ? [...new Set(shards())] : [forwarded];
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

  every(): number[] {
    return this.members.map((_, shard) => shard);
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

  private member(shard: number): Member {
    const member = this.members[shard];
    if (!member) throw invalidRequest([{ field: 'shard', description: `must be 0 to ${this.count - 1}` }]);
    return member;
  }
}
