import { LRUCache } from 'lru-cache';
import type { Hold, HoldKey } from '../domain/hold.ts';
import type { Position } from '../domain/position.ts';
import { type Book, type BookChange, holdName, type SequencePlace, type Versioned } from './ports.ts';

/** Of each kind; some hundred bytes each. */
const atMost = 50_000;

/**
 * Positions and holds as they were written here last, which spares reading them before the next write. Where somebody
 * else has written meanwhile they are the past: an entry that is there already is found by the write, and so is a hold
 * of another version than the write names. That a position was reached is true for ever, as no entry is ever taken back.
 */
export class LastWritten {
  private readonly positionOf = new LRUCache<string, Position>({ max: atMost });
  private readonly holdOf = new LRUCache<string, Versioned<Hold>>({ max: atMost });

  constructor(private readonly book: Pick<Book, 'positions' | 'positionsBefore' | 'holds'>) {}

  /** By account, for entries from these places on. */
  async positions(places: readonly SequencePlace[]): Promise<ReadonlyMap<string, Position>> {
    const unknown = places.filter(({ accountId }) => !this.positionOf.has(accountId));
    const read = unknown.length > 0 ? await this.book.positionsBefore(unknown) : new Map();
    const accountIds = places.map(({ accountId }) => accountId);
    return found(accountIds, (accountId) => this.positionOf.get(accountId) ?? read.get(accountId));
  }

  /** By holdName. */
  async holds(keys: readonly HoldKey[]): Promise<ReadonlyMap<string, Versioned<Hold>>> {
    const unknown = keys.filter((key) => !this.holdOf.has(holdName(key)));
    const read = unknown.length > 0 ? await this.book.holds(unknown) : new Map();
    return found(keys.map(holdName), (name) => this.holdOf.get(name) ?? read.get(name));
  }

  /** The change is in the book now. */
  keep({ placed, holds, positions }: BookChange): void {
    this.keepPositions(positions);
    for (const value of placed) this.holdOf.set(holdName(value.key), { value, version: 0n });
    for (const { value, version } of holds) this.holdOf.set(holdName(value.key), { value, version: version + 1n });
  }

  keepPositions(positions: ReadonlyMap<string, Position>): void {
    for (const [accountId, position] of positions) this.positionOf.set(accountId, position);
  }

  /** What the change was drawn from may be the past: it is read anew. */
  forget({ placed, holds, positions }: BookChange): void {
    for (const accountId of positions.keys()) this.positionOf.delete(accountId);
    for (const { key } of [...placed, ...holds.map(({ value }) => value)]) this.holdOf.delete(holdName(key));
  }
}

function found<T>(names: readonly string[], get: (name: string) => T | undefined): ReadonlyMap<string, T> {
  const all = new Map<string, T>();
  for (const name of names) {
    const one = get(name);
    if (one !== undefined) all.set(name, one);
  }
  return all;
}
