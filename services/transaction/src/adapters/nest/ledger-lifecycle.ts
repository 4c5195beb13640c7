import { Readiness } from '@ipe/service-kit/readiness';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { HoldSweeper } from '../../application/expire-holds.ts';
import { Ledger } from '../../application/ledger.ts';
import { openSystemAccounts } from '../../application/open-system-accounts.ts';
import { PublishEvents } from '../../application/publish-events.ts';
import { JournalTable } from '../dynamodb/journal-table.ts';
import { GrpcCardRegistry } from '../grpc/grpc-card-registry.ts';
import { KafkaEventSink } from '../kafka/kafka-event-sink.ts';
import { systemScheduler } from '../system/system-scheduler.ts';

const recovered = 'the ledger has recovered its journal';
const retryMs = 500;
const publisherEndsWithinMs = 2_000;

/**
 * Starts the ledger beside the servers, and ends it after them. Until the journal is read, calls are answered
 * UNAVAILABLE and readiness says why; Kafka may be away at any time.
 */
@Injectable()
export class LedgerLifecycle implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(LedgerLifecycle.name);
  private readonly stopping = new AbortController();
  private work: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly table: JournalTable,
    private readonly ledger: Ledger,
    private readonly sweeper: HoldSweeper,
    private readonly publisher: PublishEvents,
    private readonly sink: KafkaEventSink,
    private readonly cards: GrpcCardRegistry,
    private readonly readiness: Readiness,
  ) {}

  onApplicationBootstrap(): void {
    this.readiness.notYet(recovered);
    this.ledger.onLeadership((leading) => (leading ? this.readiness.now(recovered) : this.readiness.notYet(recovered)));
    this.ledger.onCommitted((batch) => this.publisher.wake(batch));
    this.work = this.run();
  }

  /** The servers are closed by now: nobody waits for an answer but those whose batch is on its way. */
  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    this.sweeper.stop();
    await this.ledger.stop();
    this.publisher.stop();
    // Kafka may be away, and a send on its way to it take long: what was not told now is told after the next start.
    await Promise.race([this.work.then(() => this.sink.close()), systemScheduler.wait(publisherEndsWithinMs)]);
    this.cards.close();
    this.table.close();
  }

  private async run(): Promise<void> {
    await this.patiently(() => this.table.ensure());
    await this.ledger.lead();
    await this.patiently(() => openSystemAccounts(this.ledger));
    if (this.stopping.signal.aborted) return;
    await Promise.all([this.sweeper.run(), this.publisher.run()]);
  }

  /** A store that is away is waited for. */
  private async patiently(work: () => Promise<void>): Promise<void> {
    while (!this.stopping.signal.aborted) {
      try {
        return await work();
      } catch (error) {
        this.logger.warn(`not started yet: ${String(error)}`);
        await systemScheduler.wait(retryMs, this.stopping.signal);
      }
    }
  }
}
