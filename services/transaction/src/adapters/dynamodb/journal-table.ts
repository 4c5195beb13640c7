import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { ensureTable } from '@ipe/dynamodb/table';
import { batchKey } from './dynamo-journal.ts';

/** The ledger is parted otherwise than this process was told: it must not touch it. */
export class OtherShardCount extends Error {}

const Key = { pk: { S: 'ledger' }, sk: { S: 'shards' } };
const firstBatch = batchKey(0, 1);

/** The one table of this service: the journals, and how far their followers have come. */
export class JournalTable {
  /** client: for all but what `urgent` is for: appends and leases, which no crowd of reads may hold up. */
  constructor(
    readonly client: DynamoDBClient,
    readonly urgent: DynamoDBClient,
    readonly name: string,
    private readonly shards: number,
  ) {}

  /** Makes what is not there yet. Throws OtherShardCount where the ledger was begun with another number of shards. */
  async ensure(): Promise<void> {
    await ensureTable(this.client, { name: this.name });
    const begun = (await this.countOf()) ?? (await this.begin());
    if (begun !== this.shards) {
      throw new OtherShardCount(`SHARDS is ${this.shards}, and this ledger was begun with ${begun}: that is for good`);
    }
  }

  close(): void {
    for (const client of [this.client, this.urgent]) client.destroy();
  }

  private async countOf(): Promise<number | undefined> {
    const { Item } = await this.client.send(new GetItemCommand({ TableName: this.name, Key, ConsistentRead: true }));
    return Item ? Number(Item['count']?.N) : undefined;
  }

  /** A journal that is older than the number of shards has one. */
  private async begin(): Promise<number | undefined> {
    const get = new GetItemCommand({ TableName: this.name, Key: firstBatch, ConsistentRead: true });
    const count = (await this.client.send(get)).Item ? 1 : this.shards;
    try {
      const Item = { ...Key, count: { N: `${count}` } };
      const condition = { ConditionExpression: 'attribute_not_exists(pk)' };
      await this.client.send(new PutItemCommand({ TableName: this.name, Item, ...condition }));
      return count;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return this.countOf();
      throw error;
    }
  }
}
