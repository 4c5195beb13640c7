import { testEngines } from '@ipe/testing/engines';
import { uniqueName } from '@ipe/testing/unique-name';
import { type Admin, Kafka, logLevel, Partitioners, type Producer } from 'kafkajs';

export type Letter = { key: string; value: string; headers: Record<string, string>; timestamp: string };

/** Topics of one test file's own on the real broker. */
export class TestTopics {
  readonly kafka = new Kafka({ clientId: 'test', brokers: [testEngines().kafka], logLevel: logLevel.NOTHING });
  private readonly admin: Admin = this.kafka.admin();
  private readonly producer: Producer = this.kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  private readonly made: string[] = [];

  async open(): Promise<void> {
    await Promise.all([this.admin.connect(), this.producer.connect()]);
  }

  async close(): Promise<void> {
    if (this.made.length > 0) await this.admin.deleteTopics({ topics: this.made });
    await Promise.all([this.admin.disconnect(), this.producer.disconnect()]);
  }

  /** A topic and its dead letters. */
  async make(partitions = 1, name = uniqueName('events-test')): Promise<string> {
    const names = [name, `${name}.dlq`];
    await this.admin.createTopics({
      waitForLeaders: true,
      topics: names.map((topic) => ({ topic, numPartitions: topic === name ? partitions : 1 })),
    });
    this.made.push(...names);
    return name;
  }

  async makeOne(topic: string): Promise<void> {
    await this.admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: 1 }] });
    this.made.push(topic);
  }

  async publish(topic: string, ...messages: Parameters<Producer['send']>[0]['messages']): Promise<void> {
    await this.producer.send({ topic, messages });
  }

  /** How far a group has committed on partition 0; undefined before its first commit. */
  async committed(groupId: string, topic: string): Promise<number | undefined> {
    const [offsets] = await this.admin.fetchOffsets({ groupId, topics: [topic] });
    const offset = Number(offsets?.partitions[0]?.offset ?? -1);
    return offset < 0 ? undefined : offset;
  }

  /** Every record that a topic holds now. */
  async read(topic: string): Promise<Letter[]> {
    const ends = await this.admin.fetchTopicOffsets(topic);
    let left = ends.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
    const letters: Letter[] = [];
    if (left === 0) return letters;
    const consumer = this.kafka.consumer({ groupId: uniqueName('reader'), maxWaitTimeInMs: 50 });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await new Promise<void>((resolve) => {
      void consumer.run({
        eachMessage: async ({ message }) => {
          letters.push({
            key: String(message.key),
            value: String(message.value),
            headers: Object.fromEntries(Object.entries(message.headers ?? {}).map(([name, v]) => [name, String(v)])),
            timestamp: message.timestamp,
          });
          left -= 1;
          if (left === 0) resolve();
        },
      });
    });
    await consumer.disconnect();
    return letters;
  }
}
