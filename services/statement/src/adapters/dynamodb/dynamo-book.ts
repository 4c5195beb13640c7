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
  type LineQuery,
  lineName,
  type PlacedLine,
  type Versioned,
} from '../../application/ports.ts';
import type { LineFacts, LineKey } from '../../domain/line.ts';
import type { Position, Step } from '../../domain/position.ts';
import { batchGet } from './batch-get.ts';
import { bookWrites } from './book-writes.ts';
import {
  type EntryItem,
  entriesOf,
  entryPlace,
  gapsPartition,
  type LineItem,
  linePlace,
  linesOf,
  type PositionItem,
  positionPlace,
  toLineFacts,
  toPosition,
  toStep,
} from './items.ts';
import type { StatementTable } from './statement-table.ts';

/** How many lines a search with a filter looks through at once. */
const lookedThrough = 100;

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

  async lines(keys: readonly LineKey[]): Promise<ReadonlyMap<string, Versioned<LineFacts>>> {
    const places = keys.map((key) => ({ pk: linesOf(key.accountId), sk: linePlace(key) }));
    const items = await batchGet<LineItem>(this.table.client, this.table.name, places);
    return new Map(
      items.map((item) => {
        const value = toLineFacts(item);
        return [lineName(value.key), { value, version: item.version }];
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

  async linesOfEntries(accountId: string, range: { after: bigint; upTo: bigint; atMost: number }) {
    const { after, upTo, atMost } = range;
    const query = this.entriesAfter(accountId, after, upTo);
    const { items: entries } = await queryPage<EntryItem>(this.table.client, query, atMost, undefined);
    const places = entries.flatMap(({ line }) => (line === undefined ? [] : [{ pk: linesOf(accountId), sk: line }]));
    const items = await batchGet<LineItem>(this.table.client, this.table.name, places);
    const byPlace = new Map(items.map((item) => [item.sk, toLineFacts(item)]));
    return {
      reached: entries.at(-1)?.sequence ?? upTo,
      lines: entries.flatMap(({ sequence, line }) => {
        const facts = line === undefined ? undefined : byPlace.get(line);
        return facts ? [{ sequence, facts }] : [];
      }),
    };
  }

  async search({ accountId, from, until, kinds, after, atMost }: LineQuery) {
    // A place begins with a year: '!' lies before all of them, '~' behind. No place equals an instant alone.
    const oldest = from?.toISOString() ?? '!';
    const newest = [until?.toISOString(), after].filter((bound) => bound !== undefined).sort()[0] ?? '~';
    if (newest < oldest) return { found: [], next: undefined };
    const query = {
      TableName: this.table.name,
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :oldest AND :newest',
      ExpressionAttributeValues: toItem({ ':pk': linesOf(accountId), ':oldest': oldest, ':newest': newest }),
      ScanIndexForward: false,
      ConsistentRead: true,
    };
    // The cursor's own line comes first again, and is dropped.
    const limit = Math.max(atMost + 1, kinds.size > 0 ? lookedThrough : 0);
    const page = await queryPage<LineItem>(this.table.client, query, limit, undefined);
    const found: PlacedLine[] = [];
    for (const [index, item] of page.items.entries()) {
      if (item.sk !== after && (kinds.size === 0 || kinds.has(item.kind))) {
        found.push({ place: item.sk, facts: toLineFacts(item) });
      }
      const last = index === page.items.length - 1 && !page.next;
      if (found.length === atMost && !last) return { found, next: item.sk };
    }
    return { found, next: page.next?.['sk'] };
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
