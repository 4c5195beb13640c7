import { DeleteItemCommand, type DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { batchDelete } from '@ipe/dynamodb/batches';
import { type Item, toItem } from '@ipe/dynamodb/item';
import { wipeKey } from './items.ts';

/**
 * Empties the table. A mark lies in it meanwhile: a service that finds the mark does not start, for what is left of a
 * wipe that was interrupted would be neither the old statement nor a new one. Repeating a wipe finishes it.
 */
export async function wipe(client: DynamoDBClient, table: string): Promise<number> {
  await client.send(new PutItemCommand({ TableName: table, Item: toItem(wipeKey) }));
  let deleted = 0;
  let cursor: Item | undefined;
  do {
    const page = await client.send(
      new ScanCommand({ TableName: table, ProjectionExpression: 'pk, sk', ExclusiveStartKey: cursor }),
    );
    const keys = (page.Items ?? []).filter(({ pk }) => pk?.S !== wipeKey.pk);
    await batchDelete(client, table, keys);
    deleted += keys.length;
    cursor = page.LastEvaluatedKey;
  } while (cursor);
  await client.send(new DeleteItemCommand({ TableName: table, Key: toItem(wipeKey) }));
  return deleted;
}
