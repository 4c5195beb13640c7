import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { toItem } from '@ipe/dynamodb/item';
import type { BookChange } from '../../application/ports.ts';
import { hasGap } from '../../domain/position.ts';
import { entryItem, gapsPartition, lineItem, positionItem } from './items.ts';

/** A change of the book as one transaction; its entries come first, in their order. */
export function bookWrites(table: string, { entries, lines, positions }: BookChange): TransactWriteItem[] {
  return [
    ...entries.map((entry) => ({
      Put: {
        TableName: table,
        Item: toItem(entryItem(entry)),
        ConditionExpression: 'attribute_not_exists(pk)',
        // Tells whether the entry that is there is the same one.
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
      },
    })),
    ...lines.map(({ value, version }) => ({
      Put: { TableName: table, Item: toItem(lineItem(value, version + 1n)), ...unchangedSince(version) },
    })),
    ...positions.map(({ accountId, value, version }) => ({
      Put: { TableName: table, Item: toItem(positionItem(accountId, value, version + 1n)), ...unchangedSince(version) },
    })),
    ...positions
      .filter(({ gapChanged }) => gapChanged)
      .map(({ accountId, value }) => {
        const Key = toItem({ pk: gapsPartition, sk: accountId });
        return hasGap(value) ? { Put: { TableName: table, Item: Key } } : { Delete: { TableName: table, Key } };
      }),
  ];
}

function unchangedSince(version: bigint) {
  if (version === 0n) return { ConditionExpression: 'attribute_not_exists(pk)' };
  return {
    ConditionExpression: 'version = :version',
    ExpressionAttributeValues: toItem({ ':version': version }),
  };
}
