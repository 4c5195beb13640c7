import { setTimeout as wait } from 'node:timers/promises';
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  type DynamoDBClient,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import type { Item } from './item.ts';

/** What DynamoDB takes in one request. */
const mostReads = 100;
const mostWrites = 25;
const firstPauseMs = 10;
/** Waited for a store that does nothing: some 1.3 s in all. */
const longestPauseMs = 640;

/** Which attributes are read, in DynamoDB's own words; all, without. */
type Projection = { ProjectionExpression?: string; ExpressionAttributeNames?: Record<string, string> };

/**
 * Strong reads of any number of keys, each named once. Answers the items in no order, without those that are not there.
 * Throws a ThrottlingException when the store goes on answering nothing.
 */
export async function batchGet(
  client: DynamoDBClient,
  table: string,
  keys: readonly Item[],
  projection: Projection = {},
): Promise<Item[]> {
  const found: Item[] = [];
  await inParts(keys, mostReads, async (Keys) => {
    const RequestItems = { [table]: { Keys, ConsistentRead: true, ...projection } };
    const { Responses, UnprocessedKeys } = await client.send(new BatchGetItemCommand({ RequestItems }));
    found.push(...(Responses?.[table] ?? []));
    return UnprocessedKeys?.[table]?.Keys ?? [];
  });
  return found;
}

/** Removes the items with these keys, each named once, where they are there. Throws as `batchGet` does. */
export async function batchDelete(client: DynamoDBClient, table: string, keys: readonly Item[]): Promise<void> {
  const deletions: WriteRequest[] = keys.map((Key) => ({ DeleteRequest: { Key } }));
  await inParts(deletions, mostWrites, async (some) => {
    const { UnprocessedItems } = await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: some } }));
    return UnprocessedItems?.[table] ?? [];
  });
}

/**
 * request: answers what it has left undone: all beyond 16 MB, and, when the store is throttled, whatever it had no
 * capacity for.
 */
async function inParts<Part>(
  all: readonly Part[],
  most: number,
  request: (some: Part[]) => Promise<Part[]>,
): Promise<void> {
  for (let at = 0; at < all.length; at += most) {
    let pauseMs = firstPauseMs;
    for (let left = all.slice(at, at + most); left.length > 0; ) {
      const rest = await request(left);
      if (rest.length < left.length) pauseMs = firstPauseMs;
      else if (pauseMs > longestPauseMs) throw tooBusy();
      else {
        await wait(pauseMs);
        pauseMs *= 2;
      }
      left = rest;
    }
  }
}

/** By the name that DynamoDB itself refuses a single request with. */
function tooBusy(): Error {
  return Object.assign(new Error('the store is too busy'), { name: 'ThrottlingException' });
}
