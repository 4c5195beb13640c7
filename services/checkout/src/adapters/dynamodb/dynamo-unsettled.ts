import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { queryPage } from '@ipe/dynamodb/query-page';
import type { Unsettled } from '../../application/ports.ts';
import type { CheckoutTable } from './checkout-table.ts';
import { laneKey, lanes, type UnsettledKind } from './unsettled-lanes.ts';

/** How many of a lane one run takes on. */
const laneSize = 100;

export class DynamoUnsettled implements Unsettled {
  constructor(private readonly table: CheckoutTable) {}

  oldest(kind: UnsettledKind, before: Date): Promise<string[][]> {
    return Promise.all(
      lanes.map(async (lane) => {
        const query = {
          ...this.laneQuery(kind, lane),
          KeyConditionExpression: 'unsettledpk = :lane AND unsettledsk < :before',
          ExpressionAttributeValues: {
            ':lane': { S: laneKey(kind, lane) },
            ':before': { S: before.toISOString() },
          },
        };
        const { items } = await queryPage<{ unsettledsk: string }>(this.table.client, query, laneSize, undefined);
        return shuffled(items.map(({ unsettledsk }) => unsettledsk.slice(unsettledsk.indexOf('#') + 1)));
      }),
    );
  }

  async countPayments(): Promise<number> {
    const counts = await Promise.all(lanes.map((lane) => this.count(lane)));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  private async count(lane: number): Promise<number> {
    let count = 0;
    let start: { ExclusiveStartKey?: QueryCommand['input']['ExclusiveStartKey'] } = {};
    do {
      const query = new QueryCommand({ ...this.laneQuery('payment', lane), ...start, Select: 'COUNT' });
      const { Count = 0, LastEvaluatedKey } = await this.table.client.send(query);
      count += Count;
      start = LastEvaluatedKey ? { ExclusiveStartKey: LastEvaluatedKey } : {};
    } while (start.ExclusiveStartKey);
    return count;
  }

  private laneQuery(kind: UnsettledKind, lane: number) {
    return {
      TableName: this.table.name,
      IndexName: 'unsettled',
      KeyConditionExpression: 'unsettledpk = :lane',
      ExpressionAttributeValues: { ':lane': { S: laneKey(kind, lane) } },
    };
  }
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
