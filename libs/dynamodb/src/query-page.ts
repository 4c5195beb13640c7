import { type DynamoDBClient, QueryCommand, type QueryCommandInput } from '@aws-sdk/client-dynamodb';
import { fromItem, type Item, toItem } from './item.ts';

export type Page<T> = { items: T[]; next: Record<string, string> | undefined };

/**
 * One page of a query. `cursor` is the key that the page before ended with (all keys of this platform's tables are
 * strings); DynamoDB itself tells the next one, so a page may be shorter than `limit` and still have a next.
 */
export async function queryPage<T>(
  client: DynamoDBClient,
  query: Omit<QueryCommandInput, 'Limit' | 'ExclusiveStartKey'>,
  limit: number,
  cursor: Record<string, string> | undefined,
): Promise<Page<T>> {
  const { Items = [], LastEvaluatedKey } = await client.send(
    new QueryCommand({ ...query, Limit: limit, ...(cursor ? { ExclusiveStartKey: toItem(cursor) } : {}) }),
  );
  return {
    items: Items.map((item: Item) => fromItem<T>(item)),
    next: LastEvaluatedKey && fromItem<Record<string, string>>(LastEvaluatedKey),
  };
}
