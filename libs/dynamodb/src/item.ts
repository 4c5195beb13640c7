import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall, type NativeAttributeValue, unmarshall } from '@aws-sdk/util-dynamodb';

export type Item = Record<string, AttributeValue>;

/** Plain data to attributes: bigint stays exact, undefined members are left out. */
export function toItem(value: Record<string, NativeAttributeValue>): Item {
  return marshall(value, { removeUndefinedValues: true });
}

/** Attributes to plain data; every number is a bigint, so that money is exact. */
export function fromItem<T>(item: Item): T {
  // wrapNumbers as a function is the SDK's way to choose the number type.
  return unmarshall(item, { wrapNumbers: (text: string) => BigInt(text) as never }) as T;
}
