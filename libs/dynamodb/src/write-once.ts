import {
  type DynamoDBClient,
  GetItemCommand,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { fromItem, toItem } from './item.ts';

/** The scope and name of a write: who asks, and the caller's own key. */
export type WriteKey = { caller: string; key: string };

export type WriteOutcome =
  /** Written now; `answer` is the one given. */
  | { kind: 'written'; answer: Uint8Array }
  /** Written before under this key with this fingerprint; `answer` is the one given then. */
  | { kind: 'replayed'; answer: Uint8Array }
  /** This key was used with another fingerprint. */
  | { kind: 'key_reused' }
  /** A condition of the effect did not hold; the codes are in the effect's order ('None', 'ConditionalCheckFailed' …). */
  | { kind: 'effect_refused'; codes: readonly string[] };

type Stored = { fingerprint: string; answer: Uint8Array };

/**
 * Writes an effect and its answer in one DynamoDB transaction, once for each (caller, key).
 * fingerprint: a digest of the request's meaning. answer: the encoded response, given again for ever.
 * effect: at most 99 items, none of them twice. Throws what the store throws, when the outcome is not known:
 * the caller tries again with the same key.
 */
export async function writeOnce(
  client: DynamoDBClient,
  table: string,
  write: WriteKey,
  content: { fingerprint: string; answer: Uint8Array; effect: readonly TransactWriteItem[] },
): Promise<WriteOutcome> {
  const item = { ...keyOf(write), fingerprint: content.fingerprint, answer: content.answer };
  const guard: TransactWriteItem = {
    Put: { TableName: table, Item: toItem(item), ConditionExpression: 'attribute_not_exists(pk)' },
  };
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.send(new TransactWriteItemsCommand({ TransactItems: [guard, ...content.effect] }));
      return { kind: 'written', answer: content.answer };
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error;
      const [own, ...codes] = (error.CancellationReasons ?? []).map(({ Code }) => Code ?? 'None');
      const before = await findWrite(client, table, write, content.fingerprint);
      if (before) return before;
      if (codes.includes('ConditionalCheckFailed')) return { kind: 'effect_refused', codes };
      const contended = [own, ...codes].includes('TransactionConflict');
      if (!contended || attempt === 5) throw error;
    }
  }
}

/** What was answered under this key, if anything: asked first by a use case that calls other services before it writes. */
export async function findWrite(
  client: DynamoDBClient,
  table: string,
  write: WriteKey,
  fingerprint: string,
): Promise<Extract<WriteOutcome, { kind: 'replayed' | 'key_reused' }> | undefined> {
  const { Item } = await client.send(
    new GetItemCommand({ TableName: table, Key: toItem(keyOf(write)), ConsistentRead: true }),
  );
  if (!Item) return undefined;
  const stored = fromItem<Stored>(Item);
  return stored.fingerprint === fingerprint ? { kind: 'replayed', answer: stored.answer } : { kind: 'key_reused' };
}

function keyOf({ caller, key }: WriteKey) {
  // Both may hold a #: with the caller's length before it, no two of them run together to the same text.
  return { pk: `write#${caller.length}#${caller}#${key}`, sk: 'write' };
}
