import { LRUCache } from 'lru-cache';
import type { Hold, HoldKey } from '../domain/hold.ts';
import type { Position } from '../domain/position.ts';
import { type Book, type BookChange, holdName, type Versioned } from './ports.ts';

/** Of each kind; some hundred bytes each. */
const atMost = 50_000;

/**
 * Positions and holds as they were written here last, which spares reading them before the next write. Where somebody
 * else has written meanwhile they are the past: the write, which names the versions it replaces, is overtaken then.
 */
export class LastWritten {
  private readonly positionOf = new LRUCache<string, Versioned<Position>>({ max: atMost });
  private readonly holdOf = new LRUCache<string, Versioned<Hold>>({ max: atMost });

  constructor(private readonly book: Pick<Book, 'positions' | 'holds'>) {}

  async positions(accountIds: readonly string[]): Promise<ReadonlyMap<string, Versioned<Position>>> {
    const unknown = accountIds.filter((accountId) => !this.positionOf.has(accountId));
    const read = unknown.length > 0 ? await this.book.positions(unknown) : new Map();
    return found(accountIds, (accountId) => this.positionOf.get(accountId) ?? read.get(accountId));
  }

  /** By holdName. */
  async holds(keys: readonly HoldKey[]): Promise<ReadonlyMap<string, Versioned<Hold>>> {
    const unknown = keys.filter((key) => !this.holdOf.has(holdName(key)));
    const read = unknown.length > 0 ? await this.book.holds(unknown) : new Map();
    return found(keys.map(holdName), (name) => this.holdOf.get(name) ?? read.get(name));
  }

  /** The change is in the book now. */
  keep({ positions, holds }: BookChange): void {
    for (const { accountId, value, version } of positions) {
      this.positionOf.set(accountId, { value, version: version + 1n });
    }
    for (const { value, version } of holds) this.holdOf.set(holdName(value.key), { value, version: version + 1n });
  }

  /** What the change was drawn from may be the past: it is read anew. */
  forget({ positions, holds }: BookChange): void {
    for (const { accountId } of positions) this.positionOf.delete(accountId);
    for (const { value } of holds) this.holdOf.delete(holdName(value.key));
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
