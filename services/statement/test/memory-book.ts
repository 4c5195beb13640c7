import {
  Book,
  type BookChange,
  type BookOutcome,
  type LineQuery,
  lineName,
  type PlacedLine,
  type Versioned,
} from '../src/application/ports.ts';
import { type Entry, isMovement } from '../src/domain/entry.ts';
import { type LineFacts, type LineKey, lineKeyOf } from '../src/domain/line.ts';
import { hasGap, type Position, type Step } from '../src/domain/position.ts';

/** The book in memory: the twin of DynamoBook, held to the same contract. */
export class MemoryBook extends Book {
  readonly entries = new Map<string, Entry>();
  readonly lineFacts = new Map<string, Versioned<LineFacts>>();
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
      change.lines.every(({ value, version }) => this.versionOf(this.lineFacts, lineName(value.key)) === version) &&
      change.positions.every(({ accountId, version }) => this.versionOf(this.positionOf, accountId) === version);
    if (!asRead) return { kind: 'overtaken' };
    for (const entry of change.entries) this.entries.set(nameOf(entry), entry);
    for (const { value, version } of change.lines) {
      this.lineFacts.set(lineName(value.key), { value, version: version + 1n });
    }
    for (const { accountId, value, version } of change.positions) {
      this.positionOf.set(accountId, { value, version: version + 1n });
    }
    return { kind: 'written' };
  }

  async positions(accountIds: readonly string[]) {
    return pick(this.positionOf, accountIds);
  }

  async lines(keys: readonly LineKey[]) {
    return pick(this.lineFacts, keys.map(lineName));
  }

  async *stepsAfter(accountId: string, after: bigint): AsyncGenerator<Step> {
    yield* this.inOrder(accountId).filter(({ sequence }) => sequence > after);
  }

  async linesOfEntries(accountId: string, { after, upTo, atMost }: { after: bigint; upTo: bigint; atMost: number }) {
    const entries = this.inOrder(accountId)
      .filter(({ sequence }) => sequence > after && sequence <= upTo)
      .slice(0, atMost);
    const lines = entries.filter(isMovement).map((entry) => {
      const facts = this.lineFacts.get(lineName(lineKeyOf(entry)));
      if (!facts) throw new Error('an entry without its line');
      return { sequence: entry.sequence, facts: facts.value };
    });
    return { reached: entries.at(-1)?.sequence ?? upTo, lines };
  }

  async search({ accountId, from, until, kinds, after, atMost }: LineQuery) {
    const all = [...this.lineFacts.values()]
      .map(({ value }): PlacedLine => ({ place: placeOf(value.key), facts: value }))
      .filter(({ place, facts: { key } }) => {
        const { occurredAt } = key;
        const within = (!from || occurredAt >= from) && (!until || occurredAt < until);
        return key.accountId === accountId && within && (after === undefined || place < after);
      })
      .filter(({ facts }) => kinds.size === 0 || kinds.has(facts.kind))
      .sort((a, b) => (a.place < b.place ? 1 : -1));
    const found = all.slice(0, atMost);
    return { found, next: all.length > atMost ? found.at(-1)?.place : undefined };
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

function placeOf({ occurredAt, transactionId, role }: LineKey): string {
  return `${occurredAt.toISOString()}#${transactionId}#${role}`;
}

function pick<T>(from: ReadonlyMap<string, T>, names: readonly string[]): ReadonlyMap<string, T> {
  return new Map(
    names.flatMap((name) => {
      const value = from.get(name);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}
