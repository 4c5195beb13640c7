// Reads and replays dead letters: our consumers' (`<topic>.dlq`, headers dlq-*) and Kafka Connect's
// (`<topic>.connect-dlq`, headers __connect.errors.*).
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import kafkajs from 'kafkajs';

const { Kafka, logLevel, Partitioners } = kafkajs;

const isDeadLetterTopic = (topic) => /\.(connect-)?dlq$/.test(topic);
const ownHeaders = /^(dlq-|__connect\.errors\.)/;
/** On the record that a replay leaves behind its letter: the letter's offset, in the same partition. */
const replayedOf = 'dlq-replayed-of';

/** What an operator should read, without a stack. */
export class DeadLetterError extends Error {}

export class DeadLetters {
  constructor(brokers) {
    this.brokers = brokers;
    this.kafka = new Kafka({
      clientId: 'ipe-deadletters',
      brokers,
      logLevel: logLevel.NOTHING,
      connectionTimeout: 2_000,
      retry: { retries: 3, initialRetryTime: 100, maxRetryTime: 1_000 },
    });
    this.admin = this.kafka.admin();
  }

  async open() {
    try {
      await this.admin.connect();
    } catch {
      throw new DeadLetterError(
        `no Kafka answers at ${this.brokers.join(', ')}: is the platform running (npm start)? KAFKA_BROKERS names another one`,
      );
    }
  }

  async close() {
    await this.admin.disconnect();
  }

  /** Every letter, oldest first within its topic. `topic` is a dead-letter topic, or the one that its letters came from. */
  async read(topic) {
    const all = (await this.admin.listTopics()).filter(isDeadLetterTopic).sort();
    const wanted = topic
      ? all.filter((name) => name === topic || name.replace(/\.(connect-)?dlq$/, '') === topic)
      : all;
    if (topic && wanted.length === 0) {
      throw new DeadLetterError(
        `there are no dead letters of ${topic}; topics with dead letters: ${all.join(', ') || 'none'}`,
      );
    }
    const records = await this.records(wanted);
    const replayedAt = new Map(
      records
        .filter(({ headers }) => headers[replayedOf] !== undefined)
        .map(({ topic: name, partition, headers }) => [
          `${name}/${partition}/${headers[replayedOf]}`,
          headers['dlq-at'],
        ]),
    );
    return records
      .filter(({ headers }) => headers[replayedOf] === undefined)
      .map((record) => toLetter(record, replayedAt))
      .sort((a, b) => a.topic.localeCompare(b.topic) || a.partition - b.partition || a.offset - b.offset);
  }

  /** Publishes the message where it came from, as it was, and marks the letter. */
  async replay(letter) {
    const { origin } = letter;
    if (!origin.topic) throw new DeadLetterError(`${letter.id} does not say which topic it came from`);
    if (!(await this.admin.listTopics()).includes(origin.topic)) {
      throw new DeadLetterError(`${letter.id} came from ${origin.topic}, which is not there any more`);
    }
    const producer = this.kafka.producer({
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    try {
      const headers = Object.fromEntries(
        Object.entries(letter.record.headers).filter(([name]) => !ownHeaders.test(name)),
      );
      const { key, value, timestamp } = letter.record;
      const partition = origin.partition === undefined ? {} : { partition: origin.partition };
      await producer.send({ topic: origin.topic, messages: [{ key, value, headers, timestamp, ...partition }] });
      // Dying right here means a second replay, and consumers take a repetition for one.
      const marker = { [replayedOf]: String(letter.offset), 'dlq-at': new Date().toISOString() };
      await producer.send({
        topic: letter.topic,
        messages: [{ key, value: null, headers: marker, partition: letter.partition }],
      });
    } finally {
      await producer.disconnect();
    }
  }

  /** All records that the topics hold now, read by a group that exists only for that. */
  async records(topics) {
    const missing = new Map();
    for (const topic of topics) {
      for (const { partition, low, high } of await this.admin.fetchTopicOffsets(topic)) {
        if (Number(high) > Number(low)) missing.set(`${topic}/${partition}`, Number(high));
      }
    }
    if (missing.size === 0) return [];
    const groupId = `ipe-deadletters-${randomUUID()}`;
    const consumer = this.kafka.consumer({ groupId, maxWaitTimeInMs: 50 });
    const records = [];
    const complete = Promise.withResolvers();
    consumer.on(consumer.events.CRASH, ({ payload }) => complete.reject(payload.error));
    try {
      await consumer.connect();
      await consumer.subscribe({
        topics: [...new Set([...missing.keys()].map((name) => name.split('/')[0]))],
        fromBeginning: true,
      });
      await consumer.run({
        autoCommit: false,
        eachBatch: async ({ batch }) => {
          for (const message of batch.messages) records.push(toRecord(batch, message));
          const name = `${batch.topic}/${batch.partition}`;
          if (Number(batch.lastOffset()) + 1 >= (missing.get(name) ?? 0)) missing.delete(name);
          if (missing.size === 0) complete.resolve();
        },
      });
      await Promise.race([
        complete.promise,
        wait(30_000, undefined, { ref: false }).then(() => {
          throw new DeadLetterError(`Kafka did not hand out ${[...missing.keys()].join(', ')} within 30 s`);
        }),
      ]);
    } finally {
      await consumer.disconnect();
      await this.admin.deleteGroups([groupId]).catch(() => undefined);
    }
    return records;
  }
}

function toRecord({ topic, partition }, { key, value, headers, offset, timestamp }) {
  const texts = Object.entries(headers ?? {}).map(([name, text]) => [
    name,
    String(Array.isArray(text) ? text[0] : text),
  ]);
  return { topic, partition, offset: Number(offset), key, value, timestamp, headers: Object.fromEntries(texts) };
}

function toLetter(record, replayedAt) {
  const { topic, partition, offset, headers } = record;
  const id = `${topic}/${partition}/${offset}`;
  const connect = (name) => headers[`__connect.errors.${name}`];
  const number = (text) => (text === undefined ? undefined : Number(text));
  const byConnect = connect('topic') !== undefined;
  return {
    id,
    topic,
    partition,
    offset,
    record,
    replayedAt: replayedAt.get(id),
    origin: {
      topic: byConnect ? connect('topic') : headers['dlq-topic'],
      partition: number(byConnect ? connect('partition') : headers['dlq-partition']),
      offset: number(byConnect ? connect('offset') : headers['dlq-offset']),
    },
    by: byConnect ? `connector ${connect('connector.name')}` : headers['dlq-group'],
    reason: byConnect ? connectReason(connect) : headers['dlq-reason'],
    at: headers['dlq-at'] ?? new Date(Number(record.timestamp)).toISOString(),
  };
}

function connectReason(connect) {
  const name = (connect('exception.class.name') ?? 'error').split('.').at(-1);
  return [`${connect('stage') ?? ''}`.toLowerCase(), `${name}: ${connect('exception.message') ?? ''}`]
    .filter(Boolean)
    .join(' ');
}
