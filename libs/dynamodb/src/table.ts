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
 * waited for up to `waitMs`, then the last error is thrown.
 */
export async function ensureTable(
  client: DynamoDBClient,
  shape: TableShape,
  { waitMs = 30_000 }: { waitMs?: number } = {},
): Promise<void> {
  const deadline = Date.now() + waitMs;
  while (!(await created(client, shape, deadline))) await wait(500);
  const { Table } = await client.send(new DescribeTableCommand({ TableName: shape.name }));
  if (Table?.TableStatus === 'ACTIVE') return;
  await waitUntilTableExists({ client, maxWaitTime: 60, minDelay: 1, maxDelay: 2 }, { TableName: shape.name });
}

/** False when the store did not answer, and may before the deadline. */
async function created(client: DynamoDBClient, shape: TableShape, deadline: number): Promise<boolean> {
  try {
    await client.send(new CreateTableCommand(definition(shape)));
    return true;
  } catch (error) {
    if (error instanceof ResourceInUseException) return true;
    // An answer of the store itself (no permission, too many tables) will not change by waiting.
    if (error instanceof DynamoDBServiceException || Date.now() >= deadline) throw error;
    return false;
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
