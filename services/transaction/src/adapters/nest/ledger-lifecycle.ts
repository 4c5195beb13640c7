import { Readiness } from '@ipe/service-kit/readiness';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { HoldSweeper } from '../../application/expire-holds.ts';
import { Leadership, type Role } from '../../application/leadership.ts';
import { Ledger } from '../../application/ledger.ts';
import { openSystemAccounts } from '../../application/open-system-accounts.ts';
import { PublishEvents } from '../../application/publish-events.ts';
import { JournalTable } from '../dynamodb/journal-table.ts';
import { GrpcCardRegistry } from '../grpc/grpc-card-registry.ts';
import { LeaderLink } from '../grpc/leader-link.ts';
import { KafkaEventSink } from '../kafka/kafka-event-sink.ts';
import { systemScheduler } from '../system/system-scheduler.ts';

const recovered = 'the ledger has recovered its journal';
const retryMs = 500;
const publisherEndsWithinMs = 2_000;

/**
 * Starts the replica beside the servers, and ends it after them. While it leads it expires holds and tells events; until
 * it leads, or knows who does, calls are answered UNAVAILABLE and readiness says why. Kafka may be away at any time.
 */
@Injectable()
export class LedgerLifecycle implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(LedgerLifecycle.name);
  private readonly stopping = new AbortController();
  /** Ends what only a leader does. */
  private leading = new AbortController();
  /** What a leader does, and the replica's start: settles when all of it has ended. */
  private work: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly table: JournalTable,
    private readonly ledger: Ledger,
    private readonly leadership: Leadership,
    private readonly sweeper: HoldSweeper,
    private readonly publisher: PublishEvents,
    private readonly sink: KafkaEventSink,
    private readonly cards: GrpcCardRegistry,
    private readonly link: LeaderLink,
    private readonly readiness: Readiness,
  ) {}

  onApplicationBootstrap(): void {
    this.readiness.notYet(recovered);
    this.ledger.onCommitted((batch) => this.publisher.wake(batch));
    this.leadership.onRole((role) => this.play(role));
    this.work = this.patiently(() => this.table.ensure(), this.stopping.signal).then(() => this.leadership.start());
  }

  /** Calls that are still in flight are answered: this runs before the servers close, and they after it. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.leadership.stop();
  }

  async onApplicationShutdown(): Promise<void> {
    this.leading.abort();
    // Kafka may be away, and a send on its way to it take long: what was not told now is told after the next start.
    await Promise.race([this.work.then(() => this.sink.close()), systemScheduler.wait(publisherEndsWithinMs)]);
    this.cards.close();
    this.link.close();
    this.table.close();
  }

  private play(role: Role): void {
    this.leading.abort();
    if (role === 'recovering') this.readiness.notYet(recovered);
    else this.readiness.now(recovered);
    if (role !== 'leader') return;
    this.leading = new AbortController();
    const { signal } = this.leading;
    // One leadership after the other: the one before may still be telling its last events.
    this.work = this.work.then(() => this.lead(signal));
  }

  private async lead(signal: AbortSignal): Promise<void> {
    await this.patiently(() => openSystemAccounts(this.ledger), signal);
    await Promise.all([this.sweeper.run(signal), this.publisher.run(signal)]);
  }

  /** A store that is away is waited for. */
  private async patiently(work: () => Promise<void>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        return await work();
      } catch (error) {
        this.logger.warn(`not started yet: ${String(error)}`);
        await systemScheduler.wait(retryMs, signal);
      }
    }
  }
}
