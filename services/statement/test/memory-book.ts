import {
  Book,
  type BookChange,
  type BookOutcome,
  type EntryRange,
  holdName,
  type MovementPage,
  type SequencePlace,
  type Versioned,
} from '../src/application/ports.ts';
import { type Entry, isMovement } from '../src/domain/entry.ts';
import { changesHold, type Hold, type HoldKey, isOpen, withEntry } from '../src/domain/hold.ts';
import { advance, hasGap, nowhere, type Position } from '../src/domain/position.ts';

/** The book in memory: the twin of DynamoBook, held to the same contract. */
export class MemoryBook extends Book {
  readonly entries = new Map<string, Entry>();
  private readonly changedHolds = new Map<string, Versioned<Hold>>();
  readonly positionOf = new Map<string, Position>();
  private readonly reachedWith = new Map<string, bigint>();
  /** Called before each write: lets a test come in between. */
  beforeWrite: () => Promise<void> = async () => undefined;

  async write({ entries, holds, positions }: BookChange): Promise<BookOutcome> {
    await this.beforeWrite();
    const known = entries.flatMap((entry) => {
      const there = this.entries.get(nameOf(entry));
      return there ? [{ entry, same: there.hash === entry.hash }] : [];
    });
    if (known.length > 0) return { kind: 'known_entries', known };
    const asRead = holds.every(({ value, version }) => {
      return (this.changedHolds.get(holdName(value.key))?.version ?? 0n) === version;
    });
    if (!asRead) return { kind: 'overtaken' };
    for (const entry of entries) {
      this.entries.set(nameOf(entry), entry);
      this.reachedWith.set(nameOf(entry), positions.get(entry.accountId)?.sequence ?? 0n);
    }
    for (const { value, version } of holds) {
      this.changedHolds.set(holdName(value.key), { value, version: version + 1n });
    }
    for (const [accountId, { sequence }] of positions) {
      const position = advance(nowhere, this.inOrder(accountId));
      if (sequence > position.sequence) throw new Error(`said to be at ${sequence}, is at ${position.sequence}`);
      this.positionOf.set(accountId, position);
    }
    return { kind: 'written' };
  }

  async positions(accountIds: readonly string[]) {
    return pick(this.positionOf, accountIds);
  }

  async positionsBefore(places: readonly SequencePlace[]) {
    const positions = new Map<string, Position>();
    for (const { accountId, sequence } of places) {
      const position = this.positionOf.get(accountId);
      if (!position || sequence === 1n) continue;
      const wasComplete = (this.reachedWith.get(nameOf({ accountId, sequence: sequence - 1n })) ?? 0n) >= sequence - 1n;
      const earlier = this.inOrder(accountId).filter((entry) => entry.sequence < sequence);
      positions.set(accountId, wasComplete ? advance(nowhere, earlier) : position);
    }
    return positions;
  }

  async movedOn(places: readonly SequencePlace[]) {
    const next = places.filter(({ accountId, sequence }) => {
      return this.entries.has(nameOf({ accountId, sequence: sequence + 1n }));
    });
    return next.map(({ accountId }) => accountId);
  }

  async holds(keys: readonly HoldKey[]): Promise<ReadonlyMap<string, Versioned<Hold>>> {
    return pick(this.allHolds(), keys.map(holdName));
  }

  async movements(accountId: string, { after, upTo, atMost, newestFirst }: EntryRange): Promise<MovementPage> {
    const range = this.inOrder(accountId).filter(({ sequence }) => sequence > after && sequence <= upTo);
    const entries = (newestFirst ? range.toReversed() : range).slice(0, atMost);
    const holds = this.allHolds();
    return {
      reached: entries.at(-1)?.sequence ?? (newestFirst ? after + 1n : upTo),
      movements: entries.filter(isMovement).map((entry) => ({
        entry,
        hold: changesHold(entry) ? holds.get(holdName(entry))?.value : undefined,
      })),
    };
  }

  async openHolds(accountId: string, { before, atMost }: { before: bigint; atMost: number }): Promise<Hold[]> {
    return [...this.allHolds().values()]
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
    return [...this.positionOf.values()].filter(hasGap).length;
  }

  private inOrder(accountId: string): Entry[] {
    return [...this.entries.values()]
      .filter((entry) => entry.accountId === accountId)
      .sort((a, b) => (a.sequence < b.sequence ? -1 : 1));
  }

  /** All that their entries say: what was written of them, and the placing entry where that lacks it. */
  allHolds(): Map<string, Versioned<Hold>> {
    const all = new Map(this.changedHolds);
    for (const entry of this.entries.values()) {
      if (!isMovement(entry) || entry.kind !== 'HOLD_PLACED') continue;
      const { value, version = 0n } = all.get(holdName(entry)) ?? {};
      if (value?.placedAt === undefined) all.set(holdName(entry), { value: withEntry(value, entry), version });
    }
    return all;
  }
}

function nameOf({ accountId, sequence }: SequencePlace): string {
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
