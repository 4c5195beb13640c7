import {
  type CancellationReason,
  QueryCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { fromItem, type Item, toItem } from '@ipe/dynamodb/item';
import { queryPage } from '@ipe/dynamodb/query-page';
import {
  Book,
  type BookChange,
  type BookOutcome,
  type EntryRange,
  holdName,
  type MovementPage,
  type Versioned,
} from '../../application/ports.ts';
import { isMovement } from '../../domain/entry.ts';
import { changesHold, type Hold, type HoldKey } from '../../domain/hold.ts';
import type { Position, Step } from '../../domain/position.ts';
import { batchGet } from './batch-get.ts';
import { bookWrites } from './book-writes.ts';
import {
  type EntryItem,
  entriesOf,
  entryPlace,
  gapsPartition,
  type HoldItem,
  holdsOf,
  openHoldsOf,
  type PositionItem,
  positionPlace,
  sequencePlace,
  toHold,
  toMovement,
  toPosition,
  toStep,
} from './items.ts';
import type { StatementTable } from './statement-table.ts';

export class DynamoBook extends Book {
  constructor(private readonly table: StatementTable) {
    super();
  }

  async write(change: BookChange): Promise<BookOutcome> {
    try {
      const TransactItems = bookWrites(this.table.name, change);
      await this.table.client.send(new TransactWriteItemsCommand({ TransactItems }));
      return { kind: 'written' };
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error;
      return whyRefused(error.CancellationReasons ?? [], change, error);
    }
  }

  async positions(accountIds: readonly string[]): Promise<ReadonlyMap<string, Versioned<Position>>> {
    const keys = accountIds.map((accountId) => ({ pk: entriesOf(accountId), sk: positionPlace }));
    const items = await batchGet<PositionItem>(this.table.client, this.table.name, keys);
    return new Map(items.map((item) => [item.accountId, { value: toPosition(item), version: item.version }]));
  }

  async holds(keys: readonly HoldKey[]): Promise<ReadonlyMap<string, Versioned<Hold>>> {
    const places = keys.map(({ accountId, transactionId }) => ({ pk: holdsOf(accountId), sk: transactionId }));
    const items = await batchGet<HoldItem>(this.table.client, this.table.name, places);
    return new Map(
      items.map((item) => {
        const value = toHold(item);
        return [holdName(value.key), { value, version: item.version }];
      }),
    );
  }

  async *stepsAfter(accountId: string, after: bigint): AsyncGenerator<Step> {
    let cursor: Record<string, string> | undefined;
    do {
      const page = await queryPage<EntryItem>(this.table.client, this.entriesAfter(accountId, after), 100, cursor);
      yield* page.items.map(toStep);
      cursor = page.next;
    } while (cursor);
  }

  async movements(accountId: string, range: EntryRange): Promise<MovementPage> {
    const { after, upTo, atMost, newestFirst = false } = range;
    const end = newestFirst ? after + 1n : upTo;
    if (upTo <= after) return { reached: end, movements: [] };
    const query = { ...this.entriesAfter(accountId, after, upTo), ScanIndexForward: !newestFirst };
    const { items } = await queryPage<EntryItem>(this.table.client, query, atMost, undefined);
    const entries = items.filter(isMovement).map(toMovement);
    const holds = await this.holds(entries.filter(changesHold));
    return {
      reached: items.at(-1)?.sequence ?? end,
      movements: entries.map((entry) => ({
        entry,
        hold: changesHold(entry) ? holds.get(holdName(entry))?.value : undefined,
      })),
    };
  }

  async openHolds(accountId: string, { before, atMost }: { before: bigint; atMost: number }): Promise<Hold[]> {
    const query = {
      TableName: this.table.name,
      KeyConditionExpression: 'pk = :pk AND sk < :before',
      ExpressionAttributeValues: toItem({ ':pk': openHoldsOf(accountId), ':before': sequencePlace(before) }),
      ScanIndexForward: false,
      ConsistentRead: true,
    };
    type OpenHold = { transactionId: string };
    const { items } = await queryPage<OpenHold>(this.table.client, query, atMost, undefined);
    const keys = items.map(({ transactionId }) => ({ accountId, transactionId }));
    const holds = await this.holds(keys);
    return keys.flatMap((key) => holds.get(holdName(key))?.value ?? []);
  }

  async firstSince(accountId: string, instant: Date, upTo: bigint): Promise<bigint> {
    // Time in the ledger never goes back: halves what is left of the entries until the first one is found.
    let [first, beyond] = [1n, upTo + 1n];
    while (first < beyond) {
      const middle = (first + beyond) / 2n;
      const query = this.entriesAfter(accountId, middle - 1n, beyond - 1n);
      const [entry] = (await queryPage<EntryItem>(this.table.client, query, 1, undefined)).items;
      if (entry && new Date(entry.bookedAt) < instant) first = entry.sequence + 1n;
      else beyond = middle;
    }
    return first;
  }

  async gaps(): Promise<number> {
    let count = 0;
    let cursor: Item | undefined;
    do {
      const page = await this.table.client.send(
        new QueryCommand({
          TableName: this.table.name,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: toItem({ ':pk': gapsPartition }),
          Select: 'COUNT',
          ExclusiveStartKey: cursor,
        }),
      );
      count += page.Count ?? 0;
      cursor = page.LastEvaluatedKey;
    } while (cursor);
    return count;
  }

  private entriesAfter(accountId: string, after: bigint, upTo = 10n ** 20n - 1n) {
    return {
      TableName: this.table.name,
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
      ExpressionAttributeValues: toItem({
        ':pk': entriesOf(accountId),
        ':first': entryPlace(after + 1n),
        ':last': entryPlace(upTo),
      }),
      ConsistentRead: true,
    };
  }
}

function whyRefused(reasons: readonly CancellationReason[], change: BookChange, error: Error): BookOutcome {
  const known = change.entries.flatMap((entry, index) => {
    const item = reasons[index]?.Item;
    return item ? [{ entry, same: fromItem<EntryItem>(item).hash === entry.hash }] : [];
  });
  if (known.length > 0) return { kind: 'known_entries', known };
  if (reasons.some(({ Code }) => Code === 'ConditionalCheckFailed' || Code === 'TransactionConflict')) {
    return { kind: 'overtaken' };
  }
  throw error;
}
