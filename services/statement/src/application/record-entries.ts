import { type Entry, isMovement } from '../domain/entry.ts';
import { type LineFacts, lineKeyOf, withEntry } from '../domain/line.ts';
import { advance, hasGap, nowhere, type Position, type Step } from '../domain/position.ts';
import { type Book, type BookChange, type Changes, lineName, type Versioned } from './ports.ts';

/** recorded: new. repeated: it was there. conflicting: another entry has its sequence, and stays. */
export type EntryOutcome = 'recorded' | 'repeated' | 'conflicting';

/** The most entries that fit into one write of the book. */
export const atMostTogether = 24;

const attempts = 8;

/** Writes entries of any accounts, in any order, and what follows from them, in one effect. */
export class RecordEntries {
  constructor(
    private readonly book: Book,
    private readonly changes: Changes,
  ) {}

  /** One outcome for each entry, in their order. Throws what the store throws; all of it may be repeated. */
  async execute(entries: readonly Entry[]): Promise<EntryOutcome[]> {
    const first = firstOfEach(entries);
    const known = new Map<Entry, EntryOutcome>();
    let fresh = [...first.values()];
    for (let attempt = 1; fresh.length > 0; attempt += 1) {
      const written = await this.book.write(await this.consequences(fresh));
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

  private async consequences(entries: readonly Entry[]): Promise<BookChange> {
    const byAccount = Map.groupBy(entries, ({ accountId }) => accountId);
    const [positions, lines] = await Promise.all([
      this.book.positions([...byAccount.keys()]),
      this.book.lines(entries.filter(isMovement).map(lineKeyOf)),
    ]);
    const moved = [...byAccount].map(async ([accountId, own]) => {
      const { value: before, version } = positions.get(accountId) ?? { value: nowhere, version: 0n };
      const value = await this.moved(accountId, before, own);
      return { accountId, value, version, gapChanged: hasGap(value) !== hasGap(before) };
    });
    return { entries, lines: changedLines(entries, lines), positions: await Promise.all(moved) };
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

function changedLines(
  entries: readonly Entry[],
  before: ReadonlyMap<string, Versioned<LineFacts>>,
): Versioned<LineFacts>[] {
  const changed = new Map<string, Versioned<LineFacts>>();
  for (const entry of entries.filter(isMovement)) {
    const name = lineName(lineKeyOf(entry));
    const line = changed.get(name) ?? before.get(name);
    changed.set(name, { value: withEntry(line?.value, entry), version: line?.version ?? 0n });
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
