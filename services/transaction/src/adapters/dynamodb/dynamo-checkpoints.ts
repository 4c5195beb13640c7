import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import type { CheckpointStore } from '../../application/memory/ports.ts';

/** One item a checkpoint: pk `checkpoint#<shard>`, sk the batch's sequence in 16 digits. Some are kept, no more. */
export class DynamoCheckpoints implements CheckpointStore {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
  ) {}

  async publish(shard: number, sequence: number, bytes: Uint8Array): Promise<'published' | 'taken'> {
    try {
      await this.client.send(
        new PutItemCommand({
          TableName: this.table,
          Item: { ...key(shard, sequence), checkpoint: { B: bytes } },
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      );
      return 'published';
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return 'taken';
      throw error;
    }
  }

  async list(shard: number): Promise<ReadonlyArray<Readonly<{ sequence: number; bytes: Uint8Array }>>> {
    const { Items = [] } = await this.client.send(
      new QueryCommand({
        TableName: this.table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': key(shard, 0).pk },
        ConsistentRead: true,
        ScanIndexForward: false,
      }),
    );
    return Items.map(({ sk, checkpoint }) => ({ sequence: Number(sk?.S), bytes: checkpoint?.B ?? new Uint8Array() }));
  }

  async remove(shard: number, sequence: number): Promise<void> {
    await this.client.send(new DeleteItemCommand({ TableName: this.table, Key: key(shard, sequence) }));
  }
}

function key(shard: number, sequence: number) {
  return { pk: { S: `checkpoint#${shard}` }, sk: { S: String(sequence).padStart(16, '0') } };
}
