import { AuthorizePurchase } from '../../src/application/authorize-purchase.ts';
import type { Role } from '../../src/application/leadership.ts';
import type { Ledger } from '../../src/application/ledger.ts';
import type { ShardReplica } from '../../src/application/shards/shard-replica.ts';
import { alone } from '../live-ledger.ts';
import { SimulatedCards } from './simulated-cards.ts';
import type { SimulatedProcess } from './simulated-process.ts';
import type { StoreLink } from './store-link.ts';
import { type Surroundings, silent, wiredReplica } from './wired-replica.ts';

/**
 * One process of the service: the real application, wired as transaction.module.ts does it, to simulated
 * surroundings.
 */
export class Replica {
  readonly authorizePurchase: AuthorizePurchase;
  /** The last batch of its own that it was told is durable. */
  lastCommitted = 0;
  isStopping = false;
  private readonly replica: ShardReplica;
  private readonly link: StoreLink;

  constructor(
    readonly place: number,
    readonly process: SimulatedProcess,
    private readonly around: Surroundings,
  ) {
    const { world } = around;
    const wired = wiredReplica({ shard: 0, shards: 1 }, process, around, () => this.replica.desk);
    this.replica = wired.replica;
    this.link = wired.link;
    this.authorizePurchase = new AuthorizePurchase({
      scheduler: process,
      metrics: silent,
      log: wired.log,
      ledger: this.ledger,
      shardedLedger: alone(this.ledger),
      cards: new SimulatedCards(world, process),
      cardCheckDeadlineMs: 100,
    });
  }

  get ledger(): Ledger {
    return this.replica.ledger;
  }

  get role(): Role {
    return this.replica.role;
  }

  get name(): string {
    return this.process.name;
  }

  get isUp(): boolean {
    return !this.process.isDead;
  }

  get leads(): boolean {
    return this.isUp && this.role === 'leader';
  }

  isSureToLead(): boolean {
    return this.replica.lease.isSure();
  }

  /** Leads, and nothing stands in the way of its going on so. */
  get leadsWell(): boolean {
    const { pausedUntil, cutOffUntil } = this.process;
    const isFree = Math.max(pausedUntil, cutOffUntil) < this.around.world.now;
    return this.leads && !this.isStopping && isFree && this.link.isWell && this.isSureToLead();
  }

  get leaderAddress(): string | undefined {
    return this.replica.leaderAddress;
  }

  start(onRole: (role: Role) => void): void {
    this.ledger.onCommitted((batch) => {
      this.lastCommitted = batch.header.sequence;
    });
    this.replica.start((role) => {
      this.around.world.note(() => `${this.name} is ${role} now`);
      onRole(role);
    });
  }

  /** As on SIGTERM. */
  async stop(): Promise<void> {
    this.isStopping = true;
    await this.replica.stop();
    await this.replica.ended();
    this.process.kill();
  }
}
