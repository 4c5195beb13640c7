import { BatchGetItemCommand, BatchWriteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { batchDelete, batchGet } from './batches.ts';
import { type Item, toItem } from './item.ts';

const keysOf = (count: number) => Array.from({ length: count }, (_, at) => toItem({ pk: `p${at}`, sk: 's' }));
const names = (items: readonly Item[]) => items.map(({ pk }) => pk?.S);

/** A store that holds every key, and does so much of each request. */
function storeDoing(partOf: (asked: number, request: number) => number) {
  const asked: number[] = [];
  const gone: Item[] = [];
  const send = async (command: BatchGetItemCommand | BatchWriteItemCommand) => {
    const isRead = command instanceof BatchGetItemCommand;
    const keys: Item[] = isRead
      ? (command.input.RequestItems?.['t']?.Keys ?? [])
      : (command.input.RequestItems?.['t'] ?? []).flatMap(({ DeleteRequest }) =>
          DeleteRequest?.Key ? [DeleteRequest.Key] : [],
        );
    asked.push(keys.length);
    const part = partOf(keys.length, asked.length);
    const [done, left] = [keys.slice(0, part), keys.slice(part)];
    if (isRead) return { Responses: { t: done }, ...(left.length > 0 && { UnprocessedKeys: { t: { Keys: left } } }) };
    gone.push(...done);
    const requests = left.map((Key) => ({ DeleteRequest: { Key } }));
    return { UnprocessedItems: left.length > 0 ? { t: requests } : {} };
  };
  return { client: { send } as unknown as DynamoDBClient, asked, gone };
}

test('any number of keys is read, as many at once as DynamoDB takes', async () => {
  const { client, asked } = storeDoing((all) => all);
  expect(names(await batchGet(client, 't', keysOf(250)))).toEqual(names(keysOf(250)));
  expect(asked).toEqual([100, 100, 50]);
  expect(await batchGet(client, 't', [])).toEqual([]);
});

test('any number of keys is deleted, as many at once as DynamoDB takes', async () => {
  const { client, asked, gone } = storeDoing((all) => all);
  await batchDelete(client, 't', keysOf(60));
  expect(asked).toEqual([25, 25, 10]);
  expect(names(gone)).toEqual(names(keysOf(60)));
});

test('what is left undone is asked for again, also where for a while nothing is done', async () => {
  // Half of each, and nothing at the second and third time.
  const lazy = storeDoing((all, request) => (request === 2 || request === 3 ? 0 : Math.ceil(all / 2)));
  expect(names(await batchGet(lazy.client, 't', keysOf(4)))).toEqual(names(keysOf(4)));
  expect(lazy.asked).toEqual([4, 2, 2, 2, 1]);
  const slow = storeDoing(() => 1);
  await batchDelete(slow.client, 't', keysOf(12));
  expect(names(slow.gone)).toEqual(names(keysOf(12)));
});

test('a store that goes on doing nothing is told as throttled', async () => {
  const { client, asked } = storeDoing(() => 0);
  await expect(batchGet(client, 't', keysOf(3))).rejects.toMatchObject({ name: 'ThrottlingException' });
  expect(asked.length).toBeGreaterThan(5);
  await expect(batchDelete(client, 't', keysOf(3))).rejects.toMatchObject({ name: 'ThrottlingException' });
});
