import { type Entry, isMovement, type Movement } from '../domain/entry.ts';
import { changesHold, type Hold, withEntry } from '../domain/hold.ts';
import { advance, hasGap, nowhere, type Position, type Step } from '../domain/position.ts';
import { LastWritten } from './last-written.ts';
import { type Book, type BookChange, type BookOutcome, type Changes, holdName, type Versioned } from './ports.ts';

/** recorded: new. repeated: it was there. conflicting: another entry has its sequence, and stays. */
export type EntryOutcome = 'recorded' | 'repeated' | 'conflicting';

/** The most entries that fit into one write of the book, of which each may be five items. */
export const atMostTogether = 20;

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
      const written = await this.write(await this.consequences(fresh, attempt === 1));
      if (written.kind === 'written') break;
      if (written.kind === 'known_entries') {
        for (const { entry, same } of written.known) known.set(entry, same ? 'repeated' : 'conflicting');
        fresh = fresh.filter((entry) => !known.has(entry));
      } else if (attempt >= attempts) {
        throw Object.assign(new Error('the statement is being written by others'), {
          name: 'TransactionConflictException',
        });
      }
    }
    this.changes.tell(new Set(fresh.map(({ accountId }) => accountId)));
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

  /** isFirstTry: a hold that is placed is taken to be new without a look, which the write finds out. */
  private async consequences(entries: readonly Entry[], isFirstTry: boolean): Promise<BookChange> {
    const byAccount = Map.groupBy(entries, ({ accountId }) => accountId);
    const ofHolds = entries.filter(isMovement).filter(changesHold);
    const [positions, holds] = await Promise.all([
      this.lastWritten.positions([...byAccount.keys()]),
      this.lastWritten.holds(isFirstTry ? ofHolds.filter(({ kind }) => kind !== 'HOLD_PLACED') : ofHolds),
    ]);
    const moved = [...byAccount].map(async ([accountId, own]) => {
      const { value: before, version } = positions.get(accountId) ?? { value: nowhere, version: 0n };
      const value = await this.moved(accountId, before, own);
      return { accountId, value, version, gapChanged: hasGap(value) !== hasGap(before) };
    });
    return { entries, holds: changedHolds(ofHolds, holds), positions: await Promise.all(moved) };
  }

  /** Where the new entries close a gap, the ones that waited behind it count too. */
  private async moved(accountId: string, before: Position, arrived: readonly Entry[]): Promise<Position> {
    const after = advance(before, arrived);
    if (after.sequence === before.sequence || !hasGap(after)) return after;
    const steps: Step[] = [...arrived];
    let expected = after.sequence + 1n;
    const known = new Set(arrived.map(({ sequence }) => sequence));
    for await (const step of this.book.stepsAfter(accountId, after.sequence)) {
      while (known.has(expected)) expected += 1n;
      if (step.sequence > expected) break;
      steps.push(step);
      expected = step.sequence + 1n;
    }
    return advance(before, steps);
  }
}

function changedHolds(entries: readonly Movement[], before: ReadonlyMap<string, Versioned<Hold>>): Versioned<Hold>[] {
  const changed = new Map<string, Versioned<Hold>>();
  for (const entry of entries) {
    const name = holdName(entry);
    const hold = changed.get(name) ?? before.get(name);
    changed.set(name, { value: withEntry(hold?.value, entry), version: hold?.version ?? 0n });
  }
  return [...changed.values()];
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
