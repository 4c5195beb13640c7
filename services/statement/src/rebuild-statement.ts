import { dynamoClient } from '@ipe/dynamodb/client';
import { ensureTable } from '@ipe/dynamodb/table';
import { kafkaClient } from '@ipe/events/kafka';
import { DynamoBook } from './adapters/dynamodb/dynamo-book.ts';
import { StatementTable } from './adapters/dynamodb/statement-table.ts';
import { wipe } from './adapters/dynamodb/wipe.ts';
import { ReplayRefused, replay, replayable, rewind } from './adapters/kafka/replay.ts';
import { RecordEntries } from './application/record-entries.ts';
import type { RebuildConfig } from './config.ts';

export type RebuildOptions = Readonly<{
  /** Empty the table first. Without it a rebuild adds what is missing and changes nothing else. */
  wipe: boolean;
  /** Wipe even where the topic no longer holds every record. */
  force: boolean;
  tell: (text: string) => void;
}>;

/** Nobody listens during a rebuild: the service is stopped. */
const nobody = { tell: () => undefined, subscribe: () => () => undefined };

/**
 * Builds the statement again from its topic. The group goes back to the beginning before anything is removed, so that
 * whatever interrupts this, the service reads everything again. Throws ReplayRefused where it must not be done now.
 */
export async function rebuildStatement(config: RebuildConfig, options: RebuildOptions): Promise<void> {
  const client = dynamoClient(config);
  const tableName = `${config.TABLE_PREFIX}statement`;
  const kafka = kafkaClient('statement-rebuild', config.KAFKA_BROKERS);
  const source = { kafka, topic: config.ENTRIES_TOPIC, groupId: config.CONSUMER_GROUP };
  const admin = kafka.admin();
  try {
    await admin.connect();
    const partitions = await replayable(admin, source);
    const lost = partitions.filter(({ low }) => low > 0n).length;
    if (options.wipe && lost > 0 && !options.force) {
      throw new ReplayRefused(
        `${lost} partition(s) of ${source.topic} no longer begin with their first record: wiping would lose lines for ever (--force does it all the same)`,
      );
    }
    await ensureTable(client, { name: tableName });
    await rewind(admin, source, partitions);
    if (options.wipe) options.tell(`removed ${await wipe(client, tableName)} items from ${tableName}`);
    const book = new DynamoBook(new StatementTable(client, tableName));
    await replay(admin, source, partitions, new RecordEntries(book, nobody), (done, all) =>
      options.tell(`${done} of ${all} records read`),
    );
  } finally {
    await admin.disconnect();
    client.destroy();
  }
}
