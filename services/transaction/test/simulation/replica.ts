import { AuthorizePurchase } from '../../src/application/authorize-purchase.ts';
import type { Role } from '../../src/application/leadership.ts';
import type { Ledger } from '../../src/application/ledger.ts';
import type { ShardReplica } from '../../src/application/shards/shard-replica.ts';
import { alone } from '../live-ledger.ts';
import type { Holder } from './nemesis.ts';
import { SimulatedCards } from './simulated-cards.ts';
import type { SimulatedProcess } from './simulated-process.ts';
import { type Surroundings, silent, wiredReplica } from './wired-replica.ts';

/**
 * One process of the service: the real application, wired as transaction.module.ts does it, to simulated
 * surroundings.
 */
export class Replica {
  readonly authorizePurchase: AuthorizePurchase;
  /** How it stands to its journal's last batch. */
  readonly holder: Holder;
  isStopping = false;
  private readonly replica: ShardReplica;

  constructor(
    readonly place: number,
    readonly process: SimulatedProcess,
    private readonly around: Surroundings,
  ) {
    const { world } = around;
    const wired = wiredReplica({ shard: 0, shards: 1 }, process, around, () => this.replica.desk);
    this.replica = wired.replica;
    this.holder = wired.holder;
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

  get leaderAddress(): string | undefined {
    return this.replica.leaderAddress;
  }

  start(onRole: (role: Role) => void): void {
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
