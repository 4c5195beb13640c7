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
import { isMovement, type Movement } from '../../domain/entry.ts';
import { changesHold, type Hold, type HoldKey, isOpen, withEntry } from '../../domain/hold.ts';
import { advance, hasGap, nowhere, type Position } from '../../domain/position.ts';
import { batchGet } from './batch-get.ts';
import { bookWrites } from './book-writes.ts';
import {
  type EntryItem,
  entriesOf,
  entryPlace,
  type GapItem,
  gapsPartition,
  type HoldItem,
  holdsOf,
  type OpenItem,
  openHoldsOf,
  reachedWith,
  sequencePlace,
  toHold,
  toMovement,
  toStep,
} from './items.ts';
import type { StatementTable } from './statement-table.ts';

type EntriesQuery = Omit<QueryCommandInput, 'Limit' | 'ExclusiveStartKey'>;

const lastSequence = 10n ** 20n - 1n;
/** Where more accounts than these wait for a missing entry, that the others have got theirs is told later. */
const gapsLookedAt = 100;

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

  async positions(accountIds: readonly string[]): Promise<ReadonlyMap<string, Position>> {
    const all = accountIds.map(async (accountId) => [accountId, await this.position(accountId)] as const);
    return new Map((await Promise.all(all)).flatMap(([accountId, at]) => (at ? [[accountId, at] as const] : [])));
  }

  async positionsBefore(places: readonly SequencePlace[]): Promise<ReadonlyMap<string, Position>> {
    const later = places.filter(({ sequence }) => sequence > 1n);
    const keys = later.map(({ accountId, sequence }) => ({ pk: entriesOf(accountId), sk: entryPlace(sequence - 1n) }));
    const items = await batchGet<EntryItem>(this.table.client, this.table.name, keys);
    const complete = items.filter((item) => reachedWith(item) >= item.sequence);
    const before = new Map(complete.map((item) => [item.accountId, { ...toStep(item), highest: item.sequence }]));
    const others = later.map(({ accountId }) => accountId).filter((accountId) => !before.has(accountId));
    return new Map([...before, ...(await this.positions(others))]);
  }

  async movedOn(places: readonly SequencePlace[]): Promise<string[]> {
    const keys = places.map(({ accountId, sequence }) => ({ pk: entriesOf(accountId), sk: entryPlace(sequence + 1n) }));
    const items = await batchGet<EntryItem>(this.table.client, this.table.name, keys);
    return items.map(({ accountId }) => accountId);
  }

  async holds(keys: readonly HoldKey[]): Promise<ReadonlyMap<string, Versioned<Hold>>> {
    const holds = await this.changedHolds(keys);
    const unplaced = keys.filter((key) => holds.get(holdName(key))?.value.placedAt === undefined);
    for (const entry of await this.placingEntries(unplaced)) {
      const { value, version = 0n } = holds.get(holdName(entry)) ?? {};
      holds.set(holdName(entry), { value: withEntry(value, entry), version });
    }
    return holds;
  }

  async movements(accountId: string, range: EntryRange): Promise<MovementPage> {
    const { after, upTo, atMost, newestFirst = false } = range;
    const end = newestFirst ? after + 1n : upTo;
    if (upTo <= after) return { reached: end, movements: [] };
    const query = { ...this.entriesAfter(accountId, after, upTo), ScanIndexForward: !newestFirst };
    const { items } = await queryPage<EntryItem>(this.table.client, query, atMost, undefined);
    const entries = items.filter(isMovement).map(toMovement);
    const holds = await this.holdsWith(entries.filter(changesHold));
    return {
      reached: items.at(-1)?.sequence ?? end,
      movements: entries.map((entry) => ({ entry, hold: changesHold(entry) ? holds.get(holdName(entry)) : undefined })),
    };
  }

  async openHolds(accountId: string, { before, atMost }: { before: bigint; atMost: number }): Promise<Hold[]> {
    const found: Hold[] = [];
    let cursor: Record<string, string> | undefined;
    do {
      const query = this.openBefore(accountId, before);
      const { items, next } = await queryPage<OpenItem>(this.table.client, query, atMost - found.length, cursor);
      const holds = await this.holdsWith(await this.entriesAt(accountId, items));
      // One whose end arrived before its beginning is still told among the open ones.
      found.push(
        ...items.flatMap(({ transactionId }) => holds.get(holdName({ accountId, transactionId })) ?? []).filter(isOpen),
      );
      cursor = next;
    } while (cursor && found.length < atMost);
    return found;
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

  /** Those that another entry than the placing one has changed, by holdName. */
  private async changedHolds(keys: readonly HoldKey[]): Promise<Map<string, Versioned<Hold>>> {
    const places = keys.map(({ accountId, transactionId }) => ({ pk: holdsOf(accountId), sk: transactionId }));
    const items = await batchGet<HoldItem>(this.table.client, this.table.name, places);
    return new Map(
      items.map((item) => {
        const value = toHold(item);
        return [holdName(value.key), { value, version: item.version }];
      }),
    );
  }

  /** The holds of these entries, by holdName. */
  private async holdsWith(entries: readonly Movement[]): Promise<ReadonlyMap<string, Hold>> {
    const placing = new Map(
      entries.filter(({ kind }) => kind === 'HOLD_PLACED').map((entry) => [holdName(entry), entry]),
    );
    const holds = new Map<string, Hold>();
    for (const [name, { value }] of await this.changedHolds(entries)) holds.set(name, value);
    const elsewhere = entries.filter(
      (entry) => !placing.has(holdName(entry)) && holds.get(holdName(entry))?.placedAt === undefined,
    );
    for (const entry of [...placing.values(), ...(await this.placingEntries(elsewhere))]) {
      const name = holdName(entry);
      if (holds.get(name)?.placedAt === undefined) holds.set(name, withEntry(holds.get(name), entry));
    }
    return holds;
  }

  /** The entries that placed these holds, of those that are among the open ones. */
  private async placingEntries(keys: readonly HoldKey[]): Promise<Movement[]> {
    const byAccount = Map.groupBy(keys, ({ accountId }) => accountId);
    const all = [...byAccount].map(async ([accountId, own]) => {
      const wanted = new Set(own.map(({ transactionId }) => transactionId));
      const open: OpenItem[] = [];
      let cursor: Record<string, string> | undefined;
      do {
        const query = this.openBefore(accountId, lastSequence);
        const page = await queryPage<OpenItem>(this.table.client, query, 1_000, cursor);
        open.push(...page.items.filter(({ transactionId }) => wanted.has(transactionId)));
        cursor = page.next;
      } while (cursor && open.length < wanted.size);
      return this.entriesAt(accountId, open);
    });
    return (await Promise.all(all)).flat();
  }

  private async entriesAt(accountId: string, open: readonly OpenItem[]): Promise<Movement[]> {
    const keys = open.map(({ sk }) => ({ pk: entriesOf(accountId), sk: `entry#${sk}` }));
    return (await batchGet<EntryItem>(this.table.client, this.table.name, keys)).filter(isMovement).map(toMovement);
  }

  /** The last placed first. */
  private openBefore(accountId: string, before: bigint) {
    return {
      TableName: this.table.name,
      KeyConditionExpression: 'pk = :pk AND sk < :before',
      ExpressionAttributeValues: toItem({ ':pk': openHoldsOf(accountId), ':before': sequencePlace(before) }),
      ScanIndexForward: false,
      ConsistentRead: true,
    };
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
