import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { type Item, toItem } from '@ipe/dynamodb/item';

type Plain = Parameters<typeof toItem>[0][string];

/**
 * An update of one item. set: attributes to write; remove: attributes to drop; where: attributes and the values that
 * they must have now (undefined: must be there, whatever it is).
 */
export function update(
  table: string,
  key: Item,
  change: {
    set: Readonly<Record<string, Plain>>;
    remove?: readonly string[];
    where: Readonly<Record<string, Plain | undefined>>;
  },
): Required<Pick<TransactWriteItem, 'Update'>> {
  const { set, remove = [], where } = change;
  const names = [...Object.keys(set), ...remove, ...Object.keys(where)];
  const sets = Object.keys(set).map((name) => `#${name} = :set_${name}`);
  const conditions = Object.entries(where).map(([name, value]) =>
    value === undefined ? `attribute_exists(#${name})` : `#${name} = :now_${name}`,
  );
  const values = [
    ...Object.entries(set).map(([name, value]) => [`:set_${name}`, value]),
    ...Object.entries(where)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [`:now_${name}`, value]),
  ];
  const removed = remove.map((name) => `#${name}`).join(', ');
  return {
    Update: {
      TableName: table,
      Key: key,
      UpdateExpression: `SET ${sets.join(', ')}${removed && ` REMOVE ${removed}`}`,
      ConditionExpression: conditions.join(' AND '),
      ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
      ExpressionAttributeValues: toItem(Object.fromEntries(values)),
    },
  };
}
