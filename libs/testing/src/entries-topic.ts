import { EntryEvent } from '@ipe/contracts/gen/bank/events/v1/entry_event';
import { cloudEventHeaders } from '@ipe/events/cloud-event';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { testEngines } from './engines.ts';
import { uniqueName } from './unique-name.ts';

export type DeadLetter = Readonly<{ value: string | undefined; reason: string }>;

/** bank.entries.v1 and its dead letters under a name of one test file's own. */
export class EntriesTopic {
  readonly name = uniqueName('entries');
  private readonly kafka = new Kafka({ brokers: [testEngines().kafka], logLevel: logLevel.NOTHING });
  private readonly producer = this.kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  readonly admin = this.kafka.admin();
  private readonly deadLetterTopic = `${this.name}.dlq`;

  /** With one partition, what is behind a message waits for it. */
  async create(numPartitions = 1): Promise<void> {
    await Promise.all([this.admin.connect(), this.producer.connect()]);
    const topics = [this.name, this.deadLetterTopic].map((topic) => ({ topic, numPartitions }));
    await this.admin.createTopics({ topics, waitForLeaders: true });
  }

  async remove(): Promise<void> {
    await this.admin.deleteTopics({ topics: [this.name, this.deadLetterTopic] });
    await Promise.all([this.admin.disconnect(), this.producer.disconnect()]);
  }

  /** As the ledger tells it: keyed by account, CloudEvents headers, the event's proto3 JSON. */
  async tell(...events: readonly EntryEvent[]): Promise<void> {
    const messages = events.map((event) => ({
      key: event.accountId,
      value: JSON.stringify(EntryEvent.toJSON(event)),
      headers: cloudEventHeaders({
        id: `${event.accountId}.${event.sequence}`,
        source: '/bank/transaction',
        type: 'bank.entries.v1',
        time: event.bookedAt ?? new Date(),
      }),
    }));
    // The broker takes a megabyte at once.
    for (let at = 0; at < messages.length; at += 500) {
      await this.producer.send({ topic: this.name, messages: messages.slice(at, at + 500) });
    }
  }

  async tellText(key: string, value: string | null): Promise<void> {
    await this.producer.send({ topic: this.name, messages: [{ key, value }] });
  }

  /** The dead letters so far: their text, and the reason in their headers. */
  async deadLetters(): Promise<DeadLetter[]> {
    const offsets = await this.admin.fetchTopicOffsets(this.deadLetterTopic);
    const count = offsets.reduce((sum, { high }) => sum + Number(high), 0);
    const letters: DeadLetter[] = [];
    if (count === 0) return letters;
    const consumer = this.kafka.consumer({ groupId: uniqueName('reader'), maxWaitTimeInMs: 50 });
    await consumer.connect();
    await consumer.subscribe({ topic: this.deadLetterTopic, fromBeginning: true });
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
