import { setTimeout as wait } from 'node:timers/promises';
import {
  CreateTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  DynamoDBServiceException,
  type GlobalSecondaryIndex,
  ResourceInUseException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';

/**
 * One table a service: partition key `pk`, sort key `sk`, all strings. An index `<name>` has the keys
 * `<name>pk` and `<name>sk`, and holds whole items.
 */
export type TableShape = { name: string; indexes?: readonly string[] };

/**
 * Creates the table where it is absent; safe to call from several replicas at once. A store that does not answer yet is
 * waited for up to `waitMs`, then it throws with the last error as its cause.
 */
export async function ensureTable(
  client: DynamoDBClient,
  shape: TableShape,
  { waitMs = 30_000 }: { waitMs?: number } = {},
): Promise<void> {
  for (const deadline = Date.now() + waitMs; ; await wait(500)) {
    try {
      await create(client, shape);
      break;
    } catch (error) {
      // The store's own no (no permission, too many tables) will not change by waiting.
      if (error instanceof DynamoDBServiceException && error.$fault === 'client') throw error;
      if (Date.now() < deadline) continue;
      const seconds = waitMs / 1_000;
      throw new Error(`the table ${shape.name} cannot be made: DynamoDB did not answer within ${seconds} s`, {
        cause: error,
      });
    }
  }
  const { Table } = await client.send(new DescribeTableCommand({ TableName: shape.name }));
  if (Table?.TableStatus === 'ACTIVE') return;
  await waitUntilTableExists({ client, maxWaitTime: 60, minDelay: 1, maxDelay: 2 }, { TableName: shape.name });
}

async function create(client: DynamoDBClient, shape: TableShape): Promise<void> {
  try {
    await client.send(new CreateTableCommand(definition(shape)));
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
}

function definition({ name, indexes = [] }: TableShape) {
  const keys = ['pk', 'sk', ...indexes.flatMap((index) => [`${index}pk`, `${index}sk`])];
  const secondary: GlobalSecondaryIndex[] = indexes.map((index) => ({
    IndexName: index,
    KeySchema: schema(`${index}pk`, `${index}sk`),
    Projection: { ProjectionType: 'ALL' },
  }));
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST' as const,
    AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const })),
    KeySchema: schema('pk', 'sk'),
    ...(secondary.length > 0 ? { GlobalSecondaryIndexes: secondary } : {}),
  };
}

function schema(hash: string, range: string) {
  return [
    { AttributeName: hash, KeyType: 'HASH' as const },
    { AttributeName: range, KeyType: 'RANGE' as const },
  ];
}
