import { Readiness } from '@ipe/service-kit/readiness';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { shardToAskFor } from '../../application/shards/balance-leaders.ts';
import { JournalTable, OtherShardCount } from '../dynamodb/journal-table.ts';
import { GrpcCardRegistry } from '../grpc/grpc-card-registry.ts';
import { Shards } from '../grpc/shards.ts';
import { EventSinks } from '../kafka/event-sinks.ts';
import { tellShardsLed } from '../metrics/prometheus-metrics.ts';
import { systemScheduler } from '../system/system-scheduler.ts';

const recovered = 'the ledger has recovered its journal';
const retryMs = 500;
const balanceEveryMs = 2_000;
const sinksCloseWithinMs = 2_000;

/**
 * Starts this process's replica of each shard beside the servers, and ends it after them. Until it leads a shard, or
 * knows who does, calls for it are answered UNAVAILABLE and readiness says why. Kafka may be away at any time.
 */
@Injectable()
export class LedgerLifecycle implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(LedgerLifecycle.name);
  private readonly stopping = new AbortController();

  constructor(
    private readonly table: JournalTable,
    private readonly shards: Shards,
    private readonly sinks: EventSinks,
    private readonly cards: GrpcCardRegistry,
    private readonly readiness: Readiness,
  ) {}

  onApplicationBootstrap(): void {
    this.readiness.notYet(recovered);
    void this.start();
  }

  /** Calls that are still in flight are answered: this runs before the servers close, and they after it. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.shards.replicas.map((replica) => replica.stop()));
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.shards.replicas.map((replica) => replica.ended()));
    // Kafka may be away, and a send on its way to it take long.
    await Promise.race([this.sinks.close(), systemScheduler.wait(sinksCloseWithinMs)]);
    this.cards.close();
    this.shards.close();
    this.table.close();
  }

  private async start(): Promise<void> {
    const { signal } = this.stopping;
    await this.ensureTable(signal);
    if (signal.aborted) return;
    for (const replica of this.shards.replicas) replica.start(() => this.tellRoles());
    if (this.shards.count > 1) await this.balance(signal);
  }

  private tellRoles(): void {
    const roles = this.shards.replicas.map(({ role }) => role);
    tellShardsLed(roles.filter((role) => role === 'leader').length);
    if (roles.includes('recovering')) this.readiness.notYet(recovered);
    else this.readiness.now(recovered);
  }

  /** A store that is away is waited for; one that holds another ledger than this one is left alone. */
  private async ensureTable(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        return await this.table.ensure();
      } catch (error) {
        if (error instanceof OtherShardCount) {
          this.logger.fatal(error.message);
          process.exit(1);
        }
        this.logger.warn(`not started yet: ${String(error)}`);
        await systemScheduler.wait(retryMs, signal);
      }
    }
  }

  /** From time to time asks whoever leads the most shards for one, until they are led by all alike. */
  private async balance(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await systemScheduler.wait(balanceEveryMs, signal);
      const leaders = this.shards.replicas.map(({ shard, role, leaderAddress }) => ({
        shard,
        leader: role === 'leader' ? '' : leaderAddress,
      }));
      const wanted = signal.aborted ? undefined : shardToAskFor(leaders);
      if (!wanted) continue;
      await this.shards
        .askFor(wanted.shard)
        .catch((error: unknown) => this.logger.warn(`shard ${wanted.shard} is not handed over: ${String(error)}`));
    }
  }
}
