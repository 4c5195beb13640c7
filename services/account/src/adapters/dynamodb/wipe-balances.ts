import { BatchWriteItemCommand, type DynamoDBClient, ScanCommand, type WriteRequest } from '@aws-sdk/client-dynamodb';
import { type Item, toItem } from '@ipe/dynamodb/item';

const deletedAtOnce = 25;

/**
 * Removes every account's balance, and nothing else: customers and accounts are not the ledger's to tell again. Answers
 * how many. Repeating it finishes what was interrupted.
 */
export async function wipeBalances(client: DynamoDBClient, table: string): Promise<number> {
  let removed = 0;
  let cursor: Item | undefined;
  do {
    const page = await client.send(
      new ScanCommand({
        TableName: table,
        ProjectionExpression: 'pk, sk',
        FilterExpression: 'sk = :balance',
        ExpressionAttributeValues: toItem({ ':balance': 'balance' }),
        ExclusiveStartKey: cursor,
      }),
    );
    const keys = page.Items ?? [];
    for (let at = 0; at < keys.length; at += deletedAtOnce) {
      await removeAll(client, table, keys.slice(at, at + deletedAtOnce));
    }
    removed += keys.length;
    cursor = page.LastEvaluatedKey;
  } while (cursor);
  return removed;
}

async function removeAll(client: DynamoDBClient, table: string, keys: readonly Item[]): Promise<void> {
  let left: WriteRequest[] = keys.map((Key) => ({ DeleteRequest: { Key } }));
  // DynamoDB does a batch in part when it is throttled, and tells what is left.
  while (left.length > 0) {
    const { UnprocessedItems } = await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: left } }));
    left = UnprocessedItems?.[table] ?? [];
  }
}
