import { type Entry, isMovement, type Movement } from '../domain/entry.ts';
import { changesHold, type Hold, isAsPlaced, withEntry } from '../domain/hold.ts';
import { advance, hasGap, nowhere, type Position } from '../domain/position.ts';
import { LastWritten } from './last-written.ts';
import {
  type Book,
  type BookChange,
  type BookOutcome,
  type Changes,
  holdName,
  type News,
  type Versioned,
} from './ports.ts';

/** recorded: new. repeated: it was there. conflicting: another entry has its sequence, and stays. */
export type EntryOutcome = 'recorded' | 'repeated' | 'conflicting';

/** The most entries that fit into one write of the book, of which each may be four items. */
export const atMostTogether = 25;

const attempts = 8;

/** Writes entries of any accounts, in any order, and what follows from them, in one effect. */
export class RecordEntries {
  private readonly lastWritten: LastWritten;

  constructor(
    private readonly book: Book,
    private readonly changes: Changes,
  ) {
    this.lastWritten = new LastWritten(book);
  }

  /** One outcome for each entry, in their order. Throws what the store throws; all of it may be repeated. */
  async execute(entries: readonly Entry[]): Promise<EntryOutcome[]> {
    const first = firstOfEach(entries);
    const known = new Map<Entry, EntryOutcome>();
    let fresh = [...first.values()];
    for (let attempt = 1; fresh.length > 0; attempt += 1) {
      const change = await this.consequences(fresh, attempt === 1);
      const written = await this.write(change);
      if (written.kind === 'written') {
        this.changes.tell(newsOf({ ...change, positions: await this.reached(change) }));
        break;
      }
      if (written.kind === 'known_entries') {
        for (const { entry, same } of written.known) known.set(entry, same ? 'repeated' : 'conflicting');
        fresh = fresh.filter((entry) => !known.has(entry));
      } else if (attempt >= attempts) {
        throw Object.assign(new Error('the statement is being written by others'), {
          name: 'TransactionConflictException',
        });
      }
    }
    const told = new Set<Entry>();
    return entries.map((entry) => {
      const own = first.get(nameOf(entry)) ?? entry;
      const outcome = known.get(own) ?? 'recorded';
      if (!told.has(own)) {
        told.add(own);
        return outcome;
      }
      // The same entry again in one delivery.
      return own.hash === entry.hash && outcome !== 'conflicting' ? 'repeated' : 'conflicting';
    });
  }

  private async write(change: BookChange): Promise<BookOutcome> {
    let isInTheBook = false;
    try {
      const outcome = await this.book.write(change);
      isInTheBook = outcome.kind === 'written';
      return outcome;
    } finally {
      // A write whose answer did not come may be in the book, or not.
      if (isInTheBook) this.lastWritten.keep(change);
      else this.lastWritten.forget(change);
    }
  }

  /** isFirstTry: a hold that these place is taken to be new without a look, which the write finds out. */
  private async consequences(entries: readonly Entry[], isFirstTry: boolean): Promise<BookChange> {
    const byAccount = Map.groupBy(entries, ({ accountId }) => accountId);
    const ofHolds = entries.filter(isMovement).filter(changesHold);
    const taken = new Set(isFirstTry ? ofHolds.filter(({ kind }) => kind === 'HOLD_PLACED').map(holdName) : []);
    const [positions, holds] = await Promise.all([
      this.lastWritten.positions([...byAccount.values()].map(firstOf)),
      this.lastWritten.holds(ofHolds.filter((entry) => !taken.has(holdName(entry)))),
    ]);
    const after = [...byAccount].map(([accountId, own]): [string, Position] => {
      return [accountId, advance(positions.get(accountId) ?? nowhere, own)];
    });
    return { entries, ...changedHolds(ofHolds, holds), positions: new Map(after) };
  }

  /** Where an entry was missing, those that have waited behind it count once it is there. */
  private async reached({ positions }: BookChange): Promise<ReadonlyMap<string, Position>> {
    const behind = [...positions].filter(([, position]) => hasGap(position)).map(([accountId]) => accountId);
    if (behind.length === 0) return positions;
    const now = await this.book.positions(behind);
    this.lastWritten.keepPositions(now);
    return new Map([...positions, ...now]);
  }
}

function changedHolds(
  entries: readonly Movement[],
  before: ReadonlyMap<string, Versioned<Hold>>,
): Pick<BookChange, 'placed' | 'holds'> {
  const changed = new Map<string, Versioned<Hold>>();
  for (const entry of entries) {
    const name = holdName(entry);
    const hold = changed.get(name) ?? before.get(name);
    changed.set(name, { value: withEntry(hold?.value, entry), version: hold?.version ?? 0n });
  }
  const all = [...changed.values()];
  return {
    placed: all.filter(({ value }) => isAsPlaced(value)).map(({ value }) => value),
    holds: all.filter(({ value }) => !isAsPlaced(value)),
  };
}

function newsOf({ entries, placed, holds, positions }: BookChange): News[] {
  const holdOf = new Map([...placed, ...holds.map(({ value }) => value)].map((hold) => [holdName(hold.key), hold]));
  return [...Map.groupBy(entries, ({ accountId }) => accountId)].map(([accountId, own]) => {
    const { sequence } = positions.get(accountId) ?? nowhere;
    const after = firstOf(own).sequence - 1n;
    // One after the other, and nothing that was there already follows them.
    if (after + BigInt(own.length) !== sequence) return { accountId, sequence };
    const inOrder = own.filter(isMovement).sort((one, other) => (one.sequence < other.sequence ? -1 : 1));
    const all = inOrder.map((entry) => ({ entry, hold: changesHold(entry) ? holdOf.get(holdName(entry)) : undefined }));
    return { accountId, sequence, movements: { after, all } };
  });
}

function firstOf(entries: readonly Entry[]): Entry {
  return entries.reduce((first, entry) => (entry.sequence < first.sequence ? entry : first));
}

/** By account and sequence: of two in one delivery the first counts. */
function firstOfEach(entries: readonly Entry[]): Map<string, Entry> {
  const first = new Map<string, Entry>();
  for (const entry of entries) if (!first.has(nameOf(entry))) first.set(nameOf(entry), entry);
  return first;
}

function nameOf({ accountId, sequence }: Entry): string {
  return `${accountId} ${sequence}`;
}
