import {
  ConditionalCheckFailedException,
  GetItemCommand,
  PutItemCommand,
  type QueryCommandInput,
} from '@aws-sdk/client-dynamodb';
import { fromItem, type Item, toItem } from '@ipe/dynamodb/item';
import { queryPage } from '@ipe/dynamodb/query-page';
import type { Creation, Cursor, Made, Page, PageRequest } from '../../application/ports.ts';
import type { CheckoutTable } from './checkout-table.ts';

/** How one kind of thing is kept. Row: its item as plain data, where every number is a bigint. */
export type Codec<T, Row> = { encode(made: Made<T>): Item; decode(row: Row): Made<T> };

export function keyOf(kind: string, id: string): Item {
  return toItem({ pk: `${kind}#${id}`, sk: kind });
}

/** Reading and making the things of one kind. */
export class Records<T, Row> {
  constructor(
    readonly table: CheckoutTable,
    private readonly kind: string,
    private readonly codec: Codec<T, Row>,
  ) {}

  async find(id: string): Promise<Made<T> | undefined> {
    const { client, name } = this.table;
    const read = new GetItemCommand({ TableName: name, Key: keyOf(this.kind, id), ConsistentRead: true });
    const { Item } = await client.send(read);
    return Item && this.codec.decode(fromItem<Row>(Item));
  }

  async create(made: Made<T>): Promise<Creation<T>> {
    const put = new PutItemCommand({
      TableName: this.table.name,
      Item: this.codec.encode(made),
      ConditionExpression: 'attribute_not_exists(pk)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    try {
      await this.table.client.send(put);
      return { kind: 'created' };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException) || !error.Item) throw error;
      return { kind: 'exists', made: this.codec.decode(fromItem<Row>(error.Item)) };
    }
  }

  /** One page of an index's partition. */
  async list(index: 'list' | 'status', partition: string, page: PageRequest, newestFirst: boolean): Promise<Page<T>> {
    const { client, name } = this.table;
    const query: QueryCommandInput = {
      TableName: name,
      IndexName: index,
      KeyConditionExpression: `${index}pk = :partition`,
      ExpressionAttributeValues: { ':partition': { S: partition } },
      ScanIndexForward: !newestFirst,
    };
    const { items, next } = await queryPage<Row>(client, query, page.size, this.startKey(index, partition, page.after));
    return {
      items: items.map((row) => this.codec.decode(row)),
      next: next && { at: next[`${index}sk`] ?? '', id: (next['pk'] ?? '').slice(this.kind.length + 1) },
    };
  }

  /** The partition is always the reader's own: a cursor can only move within it. */
  private startKey(index: string, partition: string, after: Cursor | undefined): Record<string, string> | undefined {
    if (!after) return undefined;
    return {
      pk: `${this.kind}#${after.id}`,
      sk: this.kind,
      [`${index}pk`]: partition,
      [`${index}sk`]: after.at,
    };
  }
}
