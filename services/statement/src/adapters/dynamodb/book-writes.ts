import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { toItem } from '@ipe/dynamodb/item';
import { type BookChange, holdName } from '../../application/ports.ts';
import { type Hold, isOpen } from '../../domain/hold.ts';
import { hasGap, nowhere } from '../../domain/position.ts';
import { entryItem, gapsPartition, holdItem, openHoldsOf, sequencePlace } from './items.ts';

/** A change of the book as one transaction; its entries come first, in their order. */
export function bookWrites(table: string, change: BookChange): TransactWriteItem[] {
  const { entries, holds, positions } = change;
  return [
    ...entries.map((entry) => ({
      Put: {
        TableName: table,
        Item: toItem(entryItem(entry, (positions.get(entry.accountId) ?? nowhere).sequence)),
        ConditionExpression: 'attribute_not_exists(pk)',
        // Tells whether the entry that is there is the same one.
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
      },
    })),
    ...holds.map(({ value, version }) => ({
      Put: { TableName: table, Item: toItem(holdItem(value, version + 1n)), ...unchangedSince(version) },
    })),
    ...openHoldWrites(table, change),
    ...[...positions]
      .filter(([, position]) => hasGap(position))
      .map(([accountId, { highest }]) => ({
        Put: { TableName: table, Item: toItem({ pk: gapsPartition, sk: accountId, highest }) },
      })),
  ];
}

/** A hold is among the open ones from the entry that places it on until it has ended. */
function openHoldWrites(table: string, { entries, placed, holds }: BookChange): TransactWriteItem[] {
  const justPlaced = new Set(entries.flatMap((entry) => (entry.kind === 'HOLD_PLACED' ? holdName(entry) : [])));
  const isNew = ({ key }: Hold) => justPlaced.has(holdName(key));
  const changed = holds.map(({ value }) => value);
  const begin = [...placed, ...changed.filter(isNew)].filter(isOpen);
  const end = changed.filter((hold) => !isNew(hold) && !isOpen(hold));
  return [
    ...begin.map(({ key, placedAt }) => ({
      Put: { TableName: table, Item: toItem({ ...place(key.accountId, placedAt), transactionId: key.transactionId }) },
    })),
    // Before the entry that placed it has arrived it has no place among them.
    ...end.flatMap(({ key, placedAt }) =>
      placedAt === undefined ? [] : [{ Delete: { TableName: table, Key: toItem(place(key.accountId, placedAt)) } }],
    ),
  ];
}

function place(accountId: string, placedAt: bigint) {
  return { pk: openHoldsOf(accountId), sk: sequencePlace(placedAt) };
}

function unchangedSince(version: bigint) {
  if (version === 0n) return { ConditionExpression: 'attribute_not_exists(pk)' };
  return {
    ConditionExpression: 'version = :version',
    ExpressionAttributeValues: toItem({ ':version': version }),
  };
}
