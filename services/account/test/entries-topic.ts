import { EntryEvent } from '@ipe/contracts/gen/bank/events/v1/entry_event';
import { cloudEventHeaders } from '@ipe/events/cloud-event';
import { testEngines } from '@ipe/testing/engines';
import { uniqueName } from '@ipe/testing/unique-name';
import { Kafka, logLevel, Partitioners } from 'kafkajs';

/** bank.entries.v1 under a name of its own, with one partition: what is behind a message waits for it. */
export class EntriesTopic {
  readonly name = uniqueName('entries');
  private readonly kafka = new Kafka({ brokers: [testEngines().kafka], logLevel: logLevel.NOTHING });
  private readonly producer = this.kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  private readonly admin = this.kafka.admin();

  async create(): Promise<void> {
    await Promise.all([this.admin.connect(), this.producer.connect()]);
    const topics = [this.name, `${this.name}.dlq`].map((topic) => ({ topic, numPartitions: 1 }));
    await this.admin.createTopics({ topics, waitForLeaders: true });
  }

  async remove(): Promise<void> {
    await this.admin.deleteTopics({ topics: [this.name, `${this.name}.dlq`] });
    await Promise.all([this.admin.disconnect(), this.producer.disconnect()]);
  }

  /** As the ledger tells it. */
  async tell(...events: readonly EntryEvent[]): Promise<void> {
    const messages = events.map((event) => ({
      key: event.accountId,
      value: JSON.stringify(EntryEvent.toJSON(event)),
      headers: cloudEventHeaders({
        id: `${event.accountId}/${event.sequence}`,
        source: '/bank/transaction',
        type: 'bank.entries.v1',
        time: new Date(),
      }),
    }));
    await this.producer.send({ topic: this.name, messages });
  }

  async tellText(value: string | null): Promise<void> {
    await this.producer.send({ topic: this.name, messages: [{ key: 'acc_poison', value }] });
  }

  /** The dead letters so far: their text, and the reason in their headers. */
  async deadLetters(): Promise<{ value: string | undefined; reason: string }[]> {
    const topic = `${this.name}.dlq`;
    const [offsets] = await this.admin.fetchTopicOffsets(topic);
    const count = Number(offsets?.high ?? '0');
    const letters: { value: string | undefined; reason: string }[] = [];
    if (count === 0) return letters;
    const consumer = this.kafka.consumer({ groupId: uniqueName('reader'), maxWaitTimeInMs: 50 });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await new Promise<void>((resolve) => {
      void consumer.run({
        eachMessage: async ({ message: { value, headers } }) => {
          letters.push({ value: value?.toString(), reason: String(headers?.['dlq-reason']) });
          if (letters.length === count) resolve();
        },
      });
    });
    await consumer.disconnect();
    return letters;
  }
}

/** An entry's event of an account with the balance after it. */
export function entry(
  accountId: string,
  sequence: bigint,
  after: Partial<Pick<EntryEvent, 'postedCents' | 'heldCents' | 'limitCents' | 'accountStatus'>> = {},
): EntryEvent {
  const { postedCents = 0n, heldCents = 0n, limitCents = 0n, accountStatus = 'ACTIVE' } = after;
  return EntryEvent.fromPartial({
    accountId,
    sequence,
    kind: 'TRANSFER',
    postedCents,
    heldCents,
    limitCents,
    availableCents: postedCents - heldCents + limitCents,
    accountStatus,
    currency: 'BRL',
    bookedAt: new Date(Date.UTC(2026, 10, 21, 12, 0, Number(sequence))),
  });
}
