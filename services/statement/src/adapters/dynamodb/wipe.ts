import {
  BatchWriteItemCommand,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  ScanCommand,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import { type Item, toItem } from '@ipe/dynamodb/item';
import { wipeKey } from './items.ts';

const deletedAtOnce = 25;

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
    for (let at = 0; at < keys.length; at += deletedAtOnce) {
      await deleteAll(client, table, keys.slice(at, at + deletedAtOnce));
    }
    deleted += keys.length;
    cursor = page.LastEvaluatedKey;
  } while (cursor);
  await client.send(new DeleteItemCommand({ TableName: table, Key: toItem(wipeKey) }));
  return deleted;
}

async function deleteAll(client: DynamoDBClient, table: string, keys: readonly Item[]): Promise<void> {
  let left: WriteRequest[] = keys.map((Key) => ({ DeleteRequest: { Key } }));
  while (left.length > 0) {
    const { UnprocessedItems } = await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: left } }));
    left = UnprocessedItems?.[table] ?? [];
  }
}
