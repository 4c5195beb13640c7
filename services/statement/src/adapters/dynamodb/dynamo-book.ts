import {
  type CancellationReason,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type QueryCommandInput,
  TransactionCanceledException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { fromItem, toItem } from '@ipe/dynamodb/item';
import { queryPage } from '@ipe/dynamodb/query-page';
import {
  Book,
  type BookChange,
  type BookOutcome,
  type EntryRange,
  holdName,
  type MovementPage,
  type SequencePlace,
  type Versioned,
} from '../../application/ports.ts';
import { isMovement } from '../../domain/entry.ts';
import { changesHold, type Hold, type HoldKey } from '../../domain/hold.ts';
import { advance, hasGap, nowhere, type Position } from '../../domain/position.ts';
import { bookWrites } from './book-writes.ts';
import { DynamoHolds } from './dynamo-holds.ts';
import {
  type EntryItem,
  entriesOf,
  entryPlace,
  type GapItem,
  gapsPartition,
  lastSequence,
  reachedWith,
  toMovement,
  toStep,
} from './items.ts';
import { readMany } from './read-many.ts';
import type { StatementTable } from './statement-table.ts';

type EntriesQuery = Omit<QueryCommandInput, 'Limit' | 'ExclusiveStartKey'>;

/** Where more accounts than these wait for a missing entry, that the others have got theirs is told later. */
const gapsLookedAt = 100;

export class DynamoBook extends Book {
  private readonly holdsThere: DynamoHolds;

  constructor(private readonly table: StatementTable) {
    super();
    this.holdsThere = new DynamoHolds(table.client, table.name);
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

  async positions(accountIds: readonly string[]): Promise<ReadonlyMap<string, Position>> {
    const all = accountIds.map(async (accountId) => [accountId, await this.position(accountId)] as const);
    return new Map((await Promise.all(all)).flatMap(([accountId, at]) => (at ? [[accountId, at] as const] : [])));
  }

  async positionsBefore(places: readonly SequencePlace[]): Promise<ReadonlyMap<string, Position>> {
    const later = places.filter(({ sequence }) => sequence > 1n);
    const keys = later.map(({ accountId, sequence }) => ({ pk: entriesOf(accountId), sk: entryPlace(sequence - 1n) }));
    const items = await readMany<EntryItem>(this.table.client, this.table.name, keys);
    const complete = items.filter((item) => reachedWith(item) >= item.sequence);
    const before = new Map(complete.map((item) => [item.accountId, { ...toStep(item), highest: item.sequence }]));
    const others = later.map(({ accountId }) => accountId).filter((accountId) => !before.has(accountId));
    return new Map([...before, ...(await this.positions(others))]);
  }

  async movedOn(places: readonly SequencePlace[]): Promise<string[]> {
    const keys = places.map(({ accountId, sequence }) => ({ pk: entriesOf(accountId), sk: entryPlace(sequence + 1n) }));
    const items = await readMany<EntryItem>(this.table.client, this.table.name, keys);
    return items.map(({ accountId }) => accountId);
  }

  holds(keys: readonly HoldKey[]): Promise<ReadonlyMap<string, Versioned<Hold>>> {
    return this.holdsThere.of(keys);
  }

  openHolds(accountId: string, { before, atMost }: { before: bigint; atMost: number }): Promise<Hold[]> {
    return this.holdsThere.open(accountId, before, atMost);
  }

  async movements(accountId: string, range: EntryRange): Promise<MovementPage> {
    const { after, upTo, atMost, newestFirst = false } = range;
    const end = newestFirst ? after + 1n : upTo;
    if (upTo <= after) return { reached: end, movements: [] };
    const query = { ...this.entriesAfter(accountId, after, upTo), ScanIndexForward: !newestFirst };
    const { items } = await queryPage<EntryItem>(this.table.client, query, atMost, undefined);
    const entries = items.filter(isMovement).map(toMovement);
    const ofHolds = entries.filter(changesHold);
    const placing = ofHolds.filter(({ kind }) => kind === 'HOLD_PLACED');
    const holds = await this.holdsThere.of(ofHolds, placing);
    return {
      reached: items.at(-1)?.sequence ?? end,
      movements: entries.map((entry) => ({
        entry,
        hold: changesHold(entry) ? holds.get(holdName(entry))?.value : undefined,
      })),
    };
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
    const marks: GapItem[] = [];
    let cursor: Record<string, string> | undefined;
    do {
      const query = {
        TableName: this.table.name,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: toItem({ ':pk': gapsPartition }),
        ConsistentRead: true,
      };
      const page = await queryPage<GapItem>(this.table.client, query, 1_000, cursor);
      marks.push(...page.items);
      cursor = page.next;
    } while (cursor);
    const looked = marks.slice(0, gapsLookedAt);
    const positions = await this.positions(looked.map(({ sk }) => sk));
    const closed = looked.filter(({ sk }) => !hasGap(positions.get(sk) ?? nowhere));
    await Promise.all(closed.map((mark) => this.forgetGap(mark)));
    return marks.length - closed.length;
  }

  /** Unless an entry has come before a missing one since. */
  private async forgetGap({ pk, sk, highest }: GapItem): Promise<void> {
    const command = new DeleteItemCommand({
      TableName: this.table.name,
      Key: toItem({ pk, sk }),
      ConditionExpression: 'highest = :highest',
      ExpressionAttributeValues: toItem({ ':highest': highest }),
    });
    await this.table.client.send(command).catch((error: unknown) => {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    });
  }

  private async position(accountId: string): Promise<Position | undefined> {
    const last = await this.entry({ ...this.entriesAfter(accountId, 0n), ScanIndexForward: false });
    if (!last) return undefined;
    const [reached, highest] = [reachedWith(last), last.sequence];
    if (reached >= highest) return { ...toStep(last), highest };
    // An entry was missing when the last one came: what has arrived since tells how far the statement is now.
    const before = await this.entry(this.entriesAfter(accountId, reached - 1n, reached));
    let position: Position = { ...(before ? toStep(before) : nowhere), highest };
    for (let atMost = 1; hasGap(position); atMost = 100) {
      const query = this.entriesAfter(accountId, position.sequence);
      const { items } = await queryPage<EntryItem>(this.table.client, query, atMost, undefined);
      const moved = advance(position, items.map(toStep));
      if (moved.sequence === position.sequence) break;
      position = moved;
    }
    return position;
  }

  private async entry(query: EntriesQuery): Promise<EntryItem | undefined> {
    return (await queryPage<EntryItem>(this.table.client, query, 1, undefined)).items[0];
  }

  private entriesAfter(accountId: string, after: bigint, upTo = lastSequence): EntriesQuery {
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
