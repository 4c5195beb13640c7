import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { isSame, type LeaseItem, type LeaseStore } from '../../application/lease.ts';

/** One item a shard: pk `lease#<shard>`, sk `lease`. */
export class DynamoLease implements LeaseStore {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
  ) {}

  async read(shard: number): Promise<LeaseItem | undefined> {
    const { Item } = await this.client.send(
      new GetItemCommand({ TableName: this.table, Key: key(shard), ConsistentRead: true }),
    );
    return Item && leaseItem(Item);
  }

  async put(shard: number, { version, holder, address }: LeaseItem): Promise<boolean> {
    const before = { ':before': { N: String(version - 1) } };
    try {
      await this.client.send(
        new PutItemCommand({
          TableName: this.table,
          Item: { ...key(shard), version: { N: String(version) }, holder: { S: holder }, address: { S: address } },
          ExpressionAttributeNames: { '#version': 'version' },
          ...(version === 1
            ? { ConditionExpression: 'attribute_not_exists(#version)' }
            : { ConditionExpression: '#version = :before', ExpressionAttributeValues: before }),
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      return true;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return error.Item !== undefined && isSame(leaseItem(error.Item), { version, holder, address });
    }
  }
}

function leaseItem(item: Record<string, AttributeValue>): LeaseItem {
  return {
    version: Number(item['version']?.N),
    holder: item['holder']?.S ?? '',
    address: item['address']?.S ?? '',
  };
}

function key(shard: number) {
  return { pk: { S: `lease#${shard}` }, sk: { S: 'lease' } };
}
