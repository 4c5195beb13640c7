import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { batchDelete } from '@ipe/dynamodb/batches';
import { type Item, toItem } from '@ipe/dynamodb/item';

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
    await batchDelete(client, table, keys);
    removed += keys.length;
    cursor = page.LastEvaluatedKey;
  } while (cursor);
  return removed;
}
