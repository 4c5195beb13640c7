import { BatchGetItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { fromItem, toItem } from '@ipe/dynamodb/item';

type Key = { pk: string; sk: string };

const atMostAtOnce = 100;
const rounds = 10;

/** Strong reads of any number of keys; those that are not there are left out, a key named twice counts once. */
export async function batchGet<T>(client: DynamoDBClient, table: string, keys: readonly Key[]): Promise<T[]> {
  const distinct = [...new Map(keys.map((key) => [`${key.pk} ${key.sk}`, key])).values()];
  const found: T[] = [];
  for (let at = 0; at < distinct.length; at += atMostAtOnce) {
    let wanted = distinct.slice(at, at + atMostAtOnce).map((key) => toItem(key));
    // The store may hand out a part (16 MB at once, or when it is busy) and names the rest.
    for (let round = 0; wanted.length > 0; round += 1) {
      if (round === rounds) throw Object.assign(new Error('the store is too busy'), { name: 'ThrottlingException' });
      const request = { RequestItems: { [table]: { Keys: wanted, ConsistentRead: true } } };
      const { Responses, UnprocessedKeys } = await client.send(new BatchGetItemCommand(request));
      found.push(...(Responses?.[table] ?? []).map((item) => fromItem<T>(item)));
      wanted = UnprocessedKeys?.[table]?.Keys ?? [];
    }
  }
  return found;
}
