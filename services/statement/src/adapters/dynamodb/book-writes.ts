import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { toItem } from '@ipe/dynamodb/item';
import type { BookChange } from '../../application/ports.ts';
import { type Hold, isOpen } from '../../domain/hold.ts';
import { hasGap } from '../../domain/position.ts';
import { entryItem, gapsPartition, holdItem, openHoldsOf, positionItem, sequencePlace } from './items.ts';

/** A change of the book as one transaction; its entries come first, in their order. */
export function bookWrites(table: string, { entries, holds, positions }: BookChange): TransactWriteItem[] {
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
    ...holds.map(({ value, version }) => ({
      Put: { TableName: table, Item: toItem(holdItem(value, version + 1n)), ...unchangedSince(version) },
    })),
    ...holds.flatMap(({ value }) => openHoldWrites(table, value)),
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

/** Before the hold itself has arrived it has no place among the open ones. */
function openHoldWrites(table: string, hold: Hold): TransactWriteItem[] {
  if (hold.placedAt === undefined) return [];
  const { accountId, transactionId } = hold.key;
  const key = { pk: openHoldsOf(accountId), sk: sequencePlace(hold.placedAt) };
  return isOpen(hold)
    ? [{ Put: { TableName: table, Item: toItem({ ...key, transactionId }) } }]
    : [{ Delete: { TableName: table, Key: toItem(key) } }];
}

function unchangedSince(version: bigint) {
  if (version === 0n) return { ConditionExpression: 'attribute_not_exists(pk)' };
  return {
    ConditionExpression: 'version = :version',
    ExpressionAttributeValues: toItem({ ':version': version }),
  };
}
