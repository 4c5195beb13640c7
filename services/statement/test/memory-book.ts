import {
  Book,
  type BookChange,
  type BookOutcome,
  type EntryRange,
  holdName,
  type MovementPage,
  type Versioned,
} from '../src/application/ports.ts';
import { type Entry, isMovement } from '../src/domain/entry.ts';
import { changesHold, type Hold, type HoldKey, isOpen } from '../src/domain/hold.ts';
import { hasGap, type Position, type Step } from '../src/domain/position.ts';

/** The book in memory: the twin of DynamoBook, held to the same contract. */
export class MemoryBook extends Book {
  readonly entries = new Map<string, Entry>();
  readonly holdOf = new Map<string, Versioned<Hold>>();
  readonly positionOf = new Map<string, Versioned<Position>>();
  /** Called before each write: lets a test come in between. */
  beforeWrite: () => Promise<void> = async () => undefined;

  async write(change: BookChange): Promise<BookOutcome> {
    await this.beforeWrite();
    const known = change.entries.flatMap((entry) => {
      const there = this.entries.get(nameOf(entry));
      return there ? [{ entry, same: there.hash === entry.hash }] : [];
    });
    if (known.length > 0) return { kind: 'known_entries', known };
    const asRead =
      change.holds.every(({ value, version }) => this.versionOf(this.holdOf, holdName(value.key)) === version) &&
      change.positions.every(({ accountId, version }) => this.versionOf(this.positionOf, accountId) === version);
    if (!asRead) return { kind: 'overtaken' };
    for (const entry of change.entries) this.entries.set(nameOf(entry), entry);
    for (const { value, version } of change.holds) {
      this.holdOf.set(holdName(value.key), { value, version: version + 1n });
    }
    for (const { accountId, value, version } of change.positions) {
      this.positionOf.set(accountId, { value, version: version + 1n });
    }
    return { kind: 'written' };
  }

  async positions(accountIds: readonly string[]) {
    return pick(this.positionOf, accountIds);
  }

  async holds(keys: readonly HoldKey[]) {
    return pick(this.holdOf, keys.map(holdName));
  }

  async *stepsAfter(accountId: string, after: bigint): AsyncGenerator<Step> {
    yield* this.inOrder(accountId).filter(({ sequence }) => sequence > after);
  }

  async movements(accountId: string, { after, upTo, atMost, newestFirst }: EntryRange): Promise<MovementPage> {
    const range = this.inOrder(accountId).filter(({ sequence }) => sequence > after && sequence <= upTo);
    const entries = (newestFirst ? range.toReversed() : range).slice(0, atMost);
    return {
      reached: entries.at(-1)?.sequence ?? (newestFirst ? after + 1n : upTo),
      movements: entries.filter(isMovement).map((entry) => ({
        entry,
        hold: changesHold(entry) ? this.holdOf.get(holdName(entry))?.value : undefined,
      })),
    };
  }

  async openHolds(accountId: string, { before, atMost }: { before: bigint; atMost: number }): Promise<Hold[]> {
    return [...this.holdOf.values()]
      .map(({ value }) => value)
      .filter(isOpen)
      .filter(({ key, placedAt }) => key.accountId === accountId && placedAt < before)
      .sort((one, other) => (one.placedAt > other.placedAt ? -1 : 1))
      .slice(0, atMost);
  }

  async firstSince(accountId: string, instant: Date, upTo: bigint): Promise<bigint> {
    const found = this.inOrder(accountId).find(({ sequence, bookedAt }) => sequence <= upTo && bookedAt >= instant);
    return found?.sequence ?? upTo + 1n;
  }

  async gaps(): Promise<number> {
    return [...this.positionOf.values()].filter(({ value }) => hasGap(value)).length;
  }

  private inOrder(accountId: string): Entry[] {
    return [...this.entries.values()]
      .filter((entry) => entry.accountId === accountId)
      .sort((a, b) => (a.sequence < b.sequence ? -1 : 1));
  }

  private versionOf(map: ReadonlyMap<string, Versioned<unknown>>, name: string): bigint {
    return map.get(name)?.version ?? 0n;
  }
}

function nameOf({ accountId, sequence }: Entry): string {
  return `${accountId} ${sequence}`;
}

function pick<T>(from: ReadonlyMap<string, T>, names: readonly string[]): ReadonlyMap<string, T> {
  return new Map(
    names.flatMap((name) => {
      const value = from.get(name);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}
