import { consume, type RunningConsumer } from '@ipe/events/consume';
import type { Delivery } from '@ipe/events/delivery';
import { kafkaClient } from '@ipe/events/kafka';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import type { ProjectBalances } from '../../application/project-balances.ts';
import { accountEvents, projectionLag } from '../metrics/account-metrics.ts';
import { parseEntryEvent } from './entry-event.ts';

export type EntriesTopic = Readonly<{ brokers: readonly string[]; topic: string; groupId: string }>;

/** Keeps the balances up to date with the ledger's entries. The service serves while Kafka is away. */
export class EntriesConsumer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private consumer: RunningConsumer | undefined;

  constructor(
    private readonly source: EntriesTopic,
    private readonly projectBalances: ProjectBalances,
  ) {}

  onApplicationBootstrap(): void {
    const { brokers, topic, groupId } = this.source;
    this.consumer = consume({
      kafka: kafkaClient('account', brokers),
      groupId,
      topic,
      handle: (delivery) => this.handle([delivery]),
      // After a pause many events of one account wait, and only its last one need be written.
      together: { atMost: 100, handle: (deliveries) => this.handle(deliveries) },
      onOutcome: (outcome) => {
        // What was handled is counted below, by whether it told something new.
        if (outcome !== 'handled') accountEvents.inc({ outcome });
      },
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.consumer?.stop();
  }

  private async handle(deliveries: readonly Delivery[]): Promise<void> {
    const events = deliveries.map(({ value }) => parseEntryEvent(value));
    const outcomes = await this.projectBalances.execute(events);
    const nowMs = Date.now();
    for (const [index, { balance }] of events.entries()) {
      const outcome = outcomes[index];
      accountEvents.inc({ outcome });
      if (outcome !== 'stale') projectionLag.observe(Math.max(0, nowMs - balance.bookedAt.getTime()) / 1_000);
    }
  }
}
