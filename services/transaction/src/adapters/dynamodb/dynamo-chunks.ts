import {
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { batchGet } from '@ipe/dynamodb/batches';
import type { Item } from '@ipe/dynamodb/item';
import { type ChunkStore, chunksUnderWay } from '../../application/memory/ports.ts';

/**
 * One item a chunk: pk `chunk#<object>#<number>`, so that reads and writes of a large object spread over all partitions
 * of the table. One item an object: pk `objects#<shard>`, sk its name.
 */
export class DynamoChunks implements ChunkStore {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
  ) {}

  async register(shard: number, name: string): Promise<void> {
    await this.client.send(new PutItemCommand({ TableName: this.table, Item: objectKey(shard, name) }));
  }

  async put(name: string, number: number, bytes: Uint8Array): Promise<void> {
    const Item = { ...chunkKey(name, number), bytes: { B: bytes } };
    await this.client.send(new PutItemCommand({ TableName: this.table, Item }));
  }

  async get(name: string, numbers: readonly number[]): Promise<ReadonlyArray<Uint8Array | undefined>> {
    const keys = numbers.map((number) => chunkKey(name, number));
    const items = await batchGet(this.client, this.table, keys);
    const found = new Map(items.map(({ pk, bytes }) => [pk?.S, bytes?.B]));
    return keys.map(({ pk }) => found.get(pk.S));
  }

  async registered(shard: number): Promise<readonly string[]> {
    const names: string[] = [];
    let ExclusiveStartKey: Item | undefined;
    do {
      const { Items = [], LastEvaluatedKey }: QueryCommandOutput = await this.client.send(
        new QueryCommand({
          TableName: this.table,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': objectKey(shard, '').pk },
          ConsistentRead: true,
          ...(ExclusiveStartKey ? { ExclusiveStartKey } : {}),
        }),
      );
      for (const { sk } of Items) names.push(sk?.S ?? '');
      ExclusiveStartKey = LastEvaluatedKey;
    } while (ExclusiveStartKey);
    return names;
  }

  async remove(shard: number, name: string): Promise<void> {
    // From the last one down: what is left after a crash still begins at 0, and is found again.
    for (let number = (await this.countChunks(name)) + chunksUnderWay; number >= 0; number--) {
      await this.client.send(new DeleteItemCommand({ TableName: this.table, Key: chunkKey(name, number) }));
    }
    await this.client.send(new DeleteItemCommand({ TableName: this.table, Key: objectKey(shard, name) }));
  }

  /** How many there are before the first gap: behind one are only those that were on their way with it. */
  private async countChunks(name: string): Promise<number> {
    let present = 0;
    let absent = 1;
    while (await this.has(name, absent - 1)) {
      present = absent;
      absent *= 2;
    }
    while (absent - present > 1) {
      const middle = Math.floor((present + absent) / 2);
      if (await this.has(name, middle - 1)) present = middle;
      else absent = middle;
    }
    return present;
  }

  private async has(name: string, number: number): Promise<boolean> {
    const { Item } = await this.client.send(
      new GetItemCommand({ TableName: this.table, Key: chunkKey(name, number), ProjectionExpression: 'pk' }),
    );
    return Item !== undefined;
  }
}

function chunkKey(name: string, number: number) {
  return { pk: { S: `chunk#${name}#${number}` }, sk: { S: 'chunk' } };
}

function objectKey(shard: number, name: string) {
  return { pk: { S: `objects#${shard}` }, sk: { S: name } };
}
