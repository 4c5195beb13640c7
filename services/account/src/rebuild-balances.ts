import { dynamoClient } from '@ipe/dynamodb/client';
import { ServiceTable } from '@ipe/dynamodb/service-table';
import type { Delivery } from '@ipe/events/delivery';
import { kafkaClient } from '@ipe/events/kafka';
import { replayTopic } from '@ipe/events/replay';
import { DynamoAccounts } from './adapters/dynamodb/dynamo-accounts.ts';
import { wipeBalances } from './adapters/dynamodb/wipe-balances.ts';
import { parseEntryEvent } from './adapters/kafka/entry-event.ts';
import { ProjectBalances } from './application/project-balances.ts';
import { configSchema } from './config.ts';

/** What a rebuild needs of the service's configuration. */
export const rebuildConfigSchema = configSchema.pick({
  DYNAMODB_ENDPOINT: true,
  AWS_REGION: true,
  TABLE_PREFIX: true,
  KAFKA_BROKERS: true,
  ENTRIES_TOPIC: true,
  CONSUMER_GROUP: true,
});

export type RebuildConfig = ReturnType<typeof rebuildConfigSchema.parse>;

export type RebuildOptions = Readonly<{
  /** Remove every balance first. Without it only those that lag behind the topic change. */
  wipe: boolean;
  /** Wipe even where the topic no longer holds every record. */
  force: boolean;
  tell: (text: string) => void;
}>;

/** As many as the service's own consumer takes. */
const together = 100;

/** Builds the balances again from the ledger's entries. Throws ReplayRefused where it must not be done now. */
export async function rebuildBalances(config: RebuildConfig, { wipe, force, tell }: RebuildOptions): Promise<void> {
  const client = dynamoClient(config);
  const table = new ServiceTable(client, `${config.TABLE_PREFIX}account`);
  const projectBalances = new ProjectBalances(new DynamoAccounts(table));
  const handle = async (deliveries: readonly Delivery[]) => {
    await projectBalances.execute(deliveries.map(({ value }) => parseEntryEvent(value)));
  };
  try {
    await table.onModuleInit();
    await replayTopic(
      {
        kafka: kafkaClient('account-rebuild', config.KAFKA_BROKERS),
        topic: config.ENTRIES_TOPIC,
        groupId: config.CONSUMER_GROUP,
        handle: (delivery) => handle([delivery]),
        together: { atMost: together, handle },
      },
      {
        ...(wipe ? { wipe: async () => tell(`removed ${await wipeBalances(client, table.name)} balances`) } : {}),
        force,
        tell: (done, all) => tell(`${done} of ${all} records read`),
      },
    );
  } finally {
    client.destroy();
  }
}
