import { AuthorizePurchase } from '../../../src/application/authorize-purchase.ts';
import type { Role } from '../../../src/application/leadership.ts';
import type { ShardDesk } from '../../../src/application/shards/shard-desk.ts';
import type { ShardReplica } from '../../../src/application/shards/shard-replica.ts';
import { ShardedLedger } from '../../../src/application/shards/sharded-ledger.ts';
import type { Holder, Victim } from '../nemesis.ts';
import { SimulatedCards } from '../simulated-cards.ts';
import type { SimulatedProcess } from '../simulated-process.ts';
import { type Surroundings, silent, wiredReplica } from '../wired-replica.ts';
import type { World } from '../world.ts';
import { DeskLink, type FarSide } from './desk-link.ts';
import type { Ways } from './ways.ts';

export type ShardedSurroundings = Readonly<{
  world: World;
  ways: Ways;
  /** What is around the replicas of each shard. */
  shards: readonly Surroundings[];
}>;

/** One process of a ledger of several shards: a replica of each, and the ways to those that lead the others. */
export class ShardedProcess implements Victim, FarSide {
  readonly replicas: readonly ShardReplica[];
  private readonly holders: readonly Holder[];
  /** Shards that it is about to hand to others. */
  private readonly handing = new Set<number>();
  readonly shardedLedger: ShardedLedger;
  readonly authorizePurchase: AuthorizePurchase;
  isStopping = false;
  private readonly links: readonly DeskLink[];

  constructor(
    readonly place: number,
    readonly process: SimulatedProcess,
    private readonly around: ShardedSurroundings,
    at: (address: string) => FarSide | undefined,
  ) {
    const { world, ways, shards } = around;
    const deskOf = (shard: number) => this.deskOf(shard);
    const wired = shards.map((one, shard) => wiredReplica({ shard, shards: shards.length }, process, one, deskOf));
    this.replicas = wired.map(({ replica }) => replica);
    this.holders = wired.map(({ holder }) => holder);
    this.links = this.replicas.map(
      (replica, shard) =>
        new DeskLink({ world, ways, shard, caller: process, leaderAddress: () => replica.leaderAddress, at }),
    );
    this.shardedLedger = new ShardedLedger({
      shards: shards.length,
      ledgerOf: (shard) => this.replica(shard).ledger,
      deskOf,
    });
    this.authorizePurchase = new AuthorizePurchase({
      scheduler: process,
      metrics: silent,
      log: { info: () => undefined, warn: () => undefined },
      ledger: this.replica(0).ledger,
      shardedLedger: this.shardedLedger,
      cards: new SimulatedCards(world, process),
      cardCheckDeadlineMs: 100,
    });
  }

  get name(): string {
    return this.process.name;
  }

  get isUp(): boolean {
    return !this.process.isDead;
  }

  leads(shard: number): boolean {
    return this.isUp && this.replica(shard).role === 'leader';
  }

  get leadsAny(): boolean {
    return this.replicas.some(({ shard }) => this.leads(shard));
  }

  replica(shard: number): ShardReplica {
    const replica = this.replicas[shard];
    if (!replica) throw new Error(`there is no shard ${shard}`);
    return replica;
  }

  /** How it stands to the last batch of a shard's journal. */
  holderOf(shard: number): Holder[] {
    const holder = this.holders[shard];
    return holder && this.leads(shard)
      ? [{ ...holder, leadsWell: () => !this.handing.has(shard) && holder.leadsWell() }]
      : [];
  }

  handOver(shard: number): void {
    this.handing.add(shard);
    this.replica(shard).handOver();
  }

  ownDesk(shard: number): ShardDesk {
    return this.replica(shard).desk;
  }

  start(onRole: (shard: number, role: Role) => void): void {
    for (const replica of this.replicas) {
      replica.start((role) => {
        this.around.world.note(() => `${this.name} is ${role} of shard ${replica.shard} now`);
        this.handing.delete(replica.shard);
        onRole(replica.shard, role);
      });
    }
  }

  /** As on SIGTERM. */
  async stop(): Promise<void> {
    this.isStopping = true;
    await Promise.all(this.replicas.map((replica) => replica.stop()));
    await Promise.all(this.replicas.map((replica) => replica.ended()));
    this.process.kill();
  }

  /** The way to a shard: its ledger here, or whoever leads it. */
  private deskOf(shard: number): ShardDesk {
    const replica = this.replica(shard);
    const link = this.links[shard];
    return replica.leaderAddress === undefined || !link ? replica.desk : link;
  }
}
