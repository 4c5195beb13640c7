import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { toItem } from '@ipe/dynamodb/item';
import { queryPage } from '@ipe/dynamodb/query-page';
import { holdName, type Versioned } from '../../application/ports.ts';
import { isMovement, type Movement } from '../../domain/entry.ts';
import { type Hold, type HoldKey, isOpen, withEntry } from '../../domain/hold.ts';
import {
  type EntryItem,
  entriesOf,
  entryPlace,
  type HoldItem,
  holdsOf,
  lastSequence,
  type OpenItem,
  openHoldsOf,
  sequencePlace,
  toHold,
  toMovement,
} from './items.ts';
import { readMany } from './read-many.ts';

/**
 * Holds as their entries say: what is stored of one, and the entry that placed it where that is not in it. Nothing is
 * stored of a hold that only its placing entry has touched.
 */
export class DynamoHolds {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
  ) {}

  /** By holdName; version zero: nothing is stored of it. `placing`: entries at hand that placed some of them. */
  async of(keys: readonly HoldKey[], placing: readonly Movement[] = []): Promise<ReadonlyMap<string, Versioned<Hold>>> {
    const holds = await this.changedHolds(keys);
    const lacksItsBeginning = (key: HoldKey) => holds.get(holdName(key))?.value.placedAt === undefined;
    const add = (entries: readonly Movement[]) => {
      for (const entry of entries.filter(lacksItsBeginning)) {
        const { value, version = 0n } = holds.get(holdName(entry)) ?? {};
        holds.set(holdName(entry), { value: withEntry(value, entry), version });
      }
    };
    add(placing);
    add(await this.placingEntries(keys.filter(lacksItsBeginning)));
    return holds;
  }

  /** Those placed before `before`, the last placed first. */
  async open(accountId: string, before: bigint, atMost: number): Promise<Hold[]> {
    const found: Hold[] = [];
    let cursor: Record<string, string> | undefined;
    do {
      const query = this.openBefore(accountId, before);
      const { items, next } = await queryPage<OpenItem>(this.client, query, atMost - found.length, cursor);
      const placing = await this.entriesAt(accountId, items);
      const holds = await this.of(placing, placing);
      const inOrder = items.flatMap(({ transactionId }) => holds.get(holdName({ accountId, transactionId })) ?? []);
      // One whose end arrived before its beginning is still told among the open ones.
      found.push(...inOrder.map(({ value }) => value).filter(isOpen));
      cursor = next;
    } while (cursor && found.length < atMost);
    return found;
  }

  /** Those that another entry than the placing one has changed, by holdName. */
  private async changedHolds(keys: readonly HoldKey[]): Promise<Map<string, Versioned<Hold>>> {
    const places = keys.map(({ accountId, transactionId }) => ({ pk: holdsOf(accountId), sk: transactionId }));
    const items = await readMany<HoldItem>(this.client, this.table, places);
    return new Map(
      items.map((item) => {
        const value = toHold(item);
        return [holdName(value.key), { value, version: item.version }];
      }),
    );
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
        const page = await queryPage<OpenItem>(this.client, query, 1_000, cursor);
        open.push(...page.items.filter(({ transactionId }) => wanted.has(transactionId)));
        cursor = page.next;
      } while (cursor && open.length < wanted.size);
      return this.entriesAt(accountId, open);
    });
    return (await Promise.all(all)).flat();
  }

  private async entriesAt(accountId: string, open: readonly OpenItem[]): Promise<Movement[]> {
    const keys = open.map(({ sk }) => ({ pk: entriesOf(accountId), sk: entryPlace(BigInt(sk)) }));
    return (await readMany<EntryItem>(this.client, this.table, keys)).filter(isMovement).map(toMovement);
  }

  /** The last placed first. */
  private openBefore(accountId: string, before: bigint) {
    return {
      TableName: this.table,
      KeyConditionExpression: 'pk = :pk AND sk < :before',
      ExpressionAttributeValues: toItem({ ':pk': openHoldsOf(accountId), ':before': sequencePlace(before) }),
      ScanIndexForward: false,
      ConsistentRead: true,
    };
  }
}
