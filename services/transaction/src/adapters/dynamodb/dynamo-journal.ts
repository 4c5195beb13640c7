import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { batchGet } from '@ipe/dynamodb/batches';
import { type EncodedBatch, type Journal, mostBatchesInPage } from '../../application/ports.ts';
import type { ConnectionWatch } from './connection-watch.ts';
import { packed, unpacked } from './packed-batch.ts';

/** One item a batch: pk `journal#<shard>`, sk the sequence in 16 digits, `batch` the bytes (`packed-batch.ts`). */
export class DynamoJournal implements Journal {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
    private readonly connection: ConnectionWatch,
    /** For appends, where nothing else may stand in their way; its connections are those that are watched. */
    private readonly appends = client,
  ) {}

  async append(batch: EncodedBatch): Promise<'appended' | 'taken'> {
    const { shard, sequence, batchId, writer, decidedAt } = batch.header;
    const content = packed(batch.bytes);
    // A store that was killed may have lost its last write: the caller makes sure of his before he goes on.
    if (this.connection.wasClosed(shard)) throw new Error('a connection to the store was closed since the last append');
    try {
      await this.appends.send(
        new PutItemCommand({
          TableName: this.table,
          Item: {
            ...batchKey(shard, sequence),
            ...content,
            batchId: { S: batchId },
            writer: { S: writer },
            decidedAt: { S: new Date(decidedAt).toISOString() },
            hash: { S: batch.hash },
          },
          // The fence: of two writers, one alone owns a sequence.
          ConditionExpression: 'attribute_not_exists(pk)',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      return 'appended';
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return error.Item?.['batchId']?.S === batchId ? 'appended' : 'taken';
    }
  }

  async read(shard: number, fromSequence: number): Promise<readonly Uint8Array[]> {
    const { pk, sk } = batchKey(shard, fromSequence);
    const { Items = [] } = await this.client.send(
      new QueryCommand({
        TableName: this.table,
        KeyConditionExpression: 'pk = :pk AND sk >= :sk',
        ExpressionAttributeValues: { ':pk': pk, ':sk': sk },
        ...justTheBatch,
        ConsistentRead: true,
        // A megabyte is what DynamoDB answers at once; DynamoDB Local reads all of these before it cuts them to that.
        Limit: mostBatchesInPage,
      }),
    );
    return Items.map((item) => {
      const batch = unpacked(item);
      if (!batch) throw new Error(`an item of the journal of shard ${shard} holds no batch`);
      return batch;
    });
  }

  async readRange(shard: number, fromSequence: number, count: number): Promise<readonly Uint8Array[]> {
    const keys = Array.from({ length: count }, (_, offset) => batchKey(shard, fromSequence + offset));
    const items = await batchGet(this.client, this.table, keys, justTheBatch);
    const found = new Map(items.map((item) => [item['sk']?.S, unpacked(item)]));
    const batches = keys.map(({ sk }) => found.get(sk.S));
    const end = batches.indexOf(undefined);
    return batches.slice(0, end < 0 ? count : end).filter((batch) => batch !== undefined);
  }

  async readOne(shard: number, sequence: number): Promise<Uint8Array | undefined> {
    const { Item } = await this.client.send(
      new GetItemCommand({
        TableName: this.table,
        Key: batchKey(shard, sequence),
        ...justTheBatch,
        ConsistentRead: true,
      }),
    );
    return Item && unpacked(Item);
  }
}

const justTheBatch = {
  ProjectionExpression: '#batch, #encoding, sk',
  ExpressionAttributeNames: { '#batch': 'batch', '#encoding': 'encoding' },
};

/** The key of a batch's item. */
export function batchKey(shard: number, sequence: number) {
  return { pk: { S: `journal#${shard}` }, sk: { S: String(sequence).padStart(16, '0') } };
}
