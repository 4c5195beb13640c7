import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { FollowerPositions } from '../../application/ports.ts';

/** One item a follower and shard: pk `follower#<name>`, sk `<shard>`. */
export class DynamoPositions implements FollowerPositions {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
  ) {}

  async load(follower: string, shard: number): Promise<number> {
    const { Item } = await this.client.send(
      new GetItemCommand({ TableName: this.table, Key: key(follower, shard), ConsistentRead: true }),
    );
    return Number(Item?.['sequence']?.N ?? 0);
  }

  async save(follower: string, shard: number, sequence: number): Promise<void> {
    const Item = { ...key(follower, shard), sequence: { N: String(sequence) } };
    await this.client.send(new PutItemCommand({ TableName: this.table, Item }));
  }
}

function key(follower: string, shard: number) {
  return { pk: { S: `follower#${follower}` }, sk: { S: String(shard) } };
}
