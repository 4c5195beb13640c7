// The business topics (tools/topics.json), made if absent; the broker makes none by itself. Safe to repeat.
//   KAFKA_BROKERS=host:port,… [REPLICATION_FACTOR=3] node tools/topics.mjs
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import kafkajs from 'kafkajs';

const { ConfigResourceTypes, Kafka, logLevel } = kafkajs;

// Nothing expires: a statement must be rebuildable from its topic, a dead letter waits for a person, and records carry
// the time of their transaction, so that an old one would otherwise be deleted as soon as it is written.
const SETTINGS = { 'cleanup.policy': 'delete', 'retention.ms': '-1' };

export const topics = JSON.parse(readFileSync(new URL('topics.json', import.meta.url), 'utf8'));

/**
 * Makes the missing topics and puts the settings of the others right. Throws when a topic has another number of
 * partitions than the table says: changing it would move keys to other partitions, and orders would be lost.
 * Returns the names of the topics that it made.
 */
export async function ensureTopics({ brokers, replicationFactor = 1 }) {
  const kafka = new Kafka({
    clientId: 'ipe-topics',
    brokers,
    logLevel: logLevel.NOTHING,
    retry: { retries: 10, maxRetryTime: 1000 },
  });
  const admin = kafka.admin();
  await admin.connect();
  try {
    const existing = new Set(await admin.listTopics());
    const missing = topics.filter(({ topic }) => !existing.has(topic));
    const configEntries = Object.entries(SETTINGS).map(([name, value]) => ({ name, value }));
    if (missing.length > 0) {
      await admin.createTopics({
        waitForLeaders: true,
        topics: missing.map(({ topic, partitions }) => ({
          topic,
          numPartitions: partitions,
          replicationFactor,
          configEntries,
        })),
      });
    }
    const present = topics.filter(({ topic }) => existing.has(topic));
    if (present.length > 0) await checkPresent(admin, present, configEntries);
    return missing.map(({ topic }) => topic);
  } finally {
    await admin.disconnect();
  }
}

async function checkPresent(admin, present, configEntries) {
  const { topics: described } = await admin.fetchTopicMetadata({ topics: present.map(({ topic }) => topic) });
  for (const { topic, partitions } of present) {
    const actual = described.find(({ name }) => name === topic).partitions.length;
    if (actual !== partitions)
      throw new Error(`topic ${topic} has ${actual} partitions, tools/topics.json says ${partitions}`);
  }
  const resources = present.map(({ topic }) => ({ type: ConfigResourceTypes.TOPIC, name: topic, configEntries }));
  await admin.alterConfigs({ validateOnly: false, resources });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const brokers = (process.env.KAFKA_BROKERS ?? '').split(',').filter(Boolean);
  if (brokers.length === 0) {
    console.error('KAFKA_BROKERS says where to make the topics');
    process.exit(2);
  }
  const made = await ensureTopics({ brokers, replicationFactor: Number(process.env.REPLICATION_FACTOR ?? 1) });
  console.log(made.length > 0 ? `made ${made.join(', ')}` : 'every topic is there');
}
