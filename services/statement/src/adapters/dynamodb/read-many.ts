import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { batchGet } from '@ipe/dynamodb/batches';
import { fromItem, toItem } from '@ipe/dynamodb/item';

type Key = { pk: string; sk: string };

/** As `batchGet` reads them; a key named twice counts once. */
export async function readMany<T>(client: DynamoDBClient, table: string, keys: readonly Key[]): Promise<T[]> {
  const distinct = [...new Map(keys.map((key) => [`${key.pk} ${key.sk}`, key])).values()];
  const items = await batchGet(client, table, distinct.map(toItem));
  return items.map((item) => fromItem<T>(item));
}
