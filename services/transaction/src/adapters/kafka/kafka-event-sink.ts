import type { Kafka, Producer, TopicMessages } from 'kafkajs';
import type { EventSink, Scheduler } from '../../application/ports.ts';
import type { Instant } from '../../domain/account.ts';
import type { LedgerRecord } from '../../domain/record.ts';
import { type Event, ledgerEvents } from './ledger-events.ts';

/** Kafka takes at most 1 MB for a partition at once; all of a send may be for one. Headers come on top of the values. */
const maxSendBytes = 400_000;
const headerBytes = 350;

/** Tells the ledger's events on bank.transactions.v1 and bank.entries.v1; acknowledged by all replicas, in order. */
export class KafkaEventSink implements EventSink {
  private producer: Promise<Producer> | undefined;

  constructor(
    private readonly kafka: Kafka,
    private readonly scheduler: Scheduler,
    private readonly topicPrefix: string,
    /** What is told of a record; less than all of it where something is told again. */
    private readonly eventsOf: (record: LedgerRecord, now: Instant) => Event[] = ledgerEvents,
  ) {}

  async publish(records: readonly LedgerRecord[]): Promise<void> {
    await this.connected();
    const now = this.scheduler.now();
    const events = records.flatMap((record) => this.eventsOf(record, now));
    for (const some of inSends(events)) await this.send(some);
  }

  async close(): Promise<void> {
    const producer = await this.producer?.catch(() => undefined);
    this.producer = undefined;
    await producer?.disconnect();
  }

  private async send(events: readonly Event[]): Promise<void> {
    try {
      const producer = await this.connected();
      await producer.sendBatch({ acks: -1, topicMessages: this.byTopic(events) });
    } catch (error) {
      // An idempotent producer that has failed may be out of step with its broker: the next try begins with a new one.
      await this.close().catch(() => undefined);
      throw error;
    }
  }

  private byTopic(events: readonly Event[]): TopicMessages[] {
    const topics = Map.groupBy(events, ({ topic }) => topic);
    return [...topics].map(([topic, some]) => ({
      topic: `${this.topicPrefix}${topic}`,
      messages: some.map(({ message }) => message),
    }));
  }

  /** The producer, connected; one that could not connect is forgotten. */
  private connected(): Promise<Producer> {
    this.producer ??= this.connect().catch((error: unknown) => {
      this.producer = undefined;
      throw error;
    });
    return this.producer;
  }

  private async connect(): Promise<Producer> {
    const producer = this.kafka.producer({ idempotent: true, maxInFlightRequests: 1, allowAutoTopicCreation: false });
    await producer.connect();
    return producer;
  }
}

function* inSends(events: readonly Event[]): Generator<Event[]> {
  let some: Event[] = [];
  let bytes = 0;
  for (const event of events) {
    const size = Buffer.byteLength(event.message.value) + event.message.key.length + headerBytes;
    if (some.length > 0 && bytes + size > maxSendBytes) {
      yield some;
      some = [];
      bytes = 0;
    }
    some.push(event);
    bytes += size;
  }
  if (some.length > 0) yield some;
}
