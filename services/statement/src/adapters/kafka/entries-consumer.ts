import { consume, type RunningConsumer } from '@ipe/events/consume';
import type { Delivery } from '@ipe/events/delivery';
import { PoisonMessage } from '@ipe/events/handling-error';
import { kafkaClient } from '@ipe/events/kafka';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { atMostTogether, type RecordEntries } from '../../application/record-entries.ts';
import { statementEntries, statementLag } from '../metrics/statement-metrics.ts';
import { parseEntryEvent } from './entry-event.ts';

export type EntriesTopic = Readonly<{ brokers: readonly string[]; topic: string; groupId: string }>;

/** Builds the statement from the ledger's entries. The service serves while Kafka is away. */
export class EntriesConsumer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private consumer: RunningConsumer | undefined;

  constructor(
    private readonly source: EntriesTopic,
    private readonly recordEntries: RecordEntries,
  ) {}

  onApplicationBootstrap(): void {
    const { brokers, topic, groupId } = this.source;
    this.consumer = consume({
      kafka: kafkaClient('statement', brokers),
      groupId,
      topic,
      handle: (delivery) => this.handle([delivery]),
      together: { atMost: atMostTogether, handle: (deliveries) => this.handle(deliveries) },
      onOutcome: (outcome) => {
        // What was handled is counted below, by whether it told something new.
        if (outcome !== 'handled') statementEntries.inc({ outcome });
      },
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.consumer?.stop();
  }

  private async handle(deliveries: readonly Delivery[]): Promise<void> {
    const entries = deliveries.map(({ value }) => parseEntryEvent(value));
    const outcomes = await this.recordEntries.execute(entries);
    const nowMs = Date.now();
    for (const [index, entry] of entries.entries()) {
      const outcome = outcomes[index];
      if (outcome === 'conflicting') throw new PoisonMessage('another entry with this sequence is there');
      statementEntries.inc({ outcome });
      if (outcome === 'recorded') statementLag.observe(Math.max(0, nowMs - entry.bookedAt.getTime()) / 1_000);
    }
  }
}
