import { isOpen } from '../domain/hold.ts';
import { heldLine, isOfHold, isSettled, type Line, type LineKind, linesOf } from '../domain/line.ts';
import { nowhere, type Position } from '../domain/position.ts';
import type { Book } from './ports.ts';

/**
 * Where a page ended. Pending lines come first, by the sequence that placed them; then all others, by the sequence that
 * settled them. A line is among the ones or the others by what it was as of the first page, so that pages lose and
 * repeat nothing while lines go from pending to posted.
 */
export type Place =
  | Readonly<{ among: 'pending'; asOf: bigint; before: bigint }>
  | Readonly<{ among: 'settled'; before: bigint }>;

export type LinesPage = Readonly<{ lines: readonly Line[]; next: Place | undefined; position: Position }>;

type Filter = Readonly<{
  /** Pending lines by when they occurred, all others by when they were booked. */
  from: Date | undefined;
  /** Not included. */
  until: Date | undefined;
  /** Empty: all. */
  kinds: ReadonlySet<LineKind>;
}>;

export type ListedLines = Filter & Readonly<{ accountId: string; pageSize: number; after: Place | undefined }>;

type Row = Readonly<{ line: Line; at: Date; place: Place }>;
type Look = Readonly<{ rows: readonly Row[]; next: Place | undefined }>;

/** How often a page looks on where a filter drops what it finds; then it is handed out short, with a next. */
const looks = 20;
const lookedAtOnce = 100;
/** How far an account may move on, in looks, between the first page and a later one among its pending lines. */
const catchUps = 10;

/** A page of an account's statement, pending lines on top, newest first, as long as asked while there are lines. */
export class ListLines {
  constructor(private readonly book: Book) {}

  /** 'stale_page': too much has happened since the first page to go on among the pending lines. */
  async execute({ accountId, pageSize, after, ...filter }: ListedLines): Promise<LinesPage | 'stale_page'> {
    // Read first: the page then shows at least what the position promises.
    const position = await this.position(accountId);
    const { highest } = position;
    const found: Row[] = [];
    // One more than asked tells whether this is the last page; about every other entry of a card is a line.
    const atMost = filter.kinds.size > 0 ? lookedAtOnce : Math.min(lookedAtOnce, 2 * (pageSize + 1));
    let next: Place | undefined = after ?? { among: 'pending', asOf: highest, before: highest + 1n };
    for (let look = 0; look < looks && next && found.length <= pageSize; look += 1) {
      const seen: Look | 'stale_page' =
        next.among === 'pending'
          ? await this.pending(accountId, next, atMost, filter)
          : await this.settled(accountId, next, atMost, filter);
      if (seen === 'stale_page') return seen;
      found.push(...seen.rows.filter((row) => matches(row, filter)));
      next = seen.next;
    }
    if (found.length > pageSize) next = found[pageSize - 1]?.place;
    return { lines: found.slice(0, pageSize).map(({ line }) => line), next, position };
  }

  private async pending(
    accountId: string,
    place: Place & { among: 'pending' },
    atMost: number,
    { kinds, until }: Filter,
  ): Promise<Look | 'stale_page'> {
    const { asOf, before } = place;
    const byPlacedAt = new Map<bigint, Line>();
    let more = false;
    if (kinds.size === 0 || kinds.has('purchase')) {
      const open = await this.book.openHolds(accountId, { before, atMost });
      more = open.length === atMost;
      // After the open ones: what was settled in between is among these.
      const closed = await this.settledSince(accountId, place);
      if (closed === 'stale_page') return closed;
      for (const hold of open) {
        const line = heldLine(hold);
        if (line && hold.placedAt !== undefined) byPlacedAt.set(hold.placedAt, line);
      }
      for (const [placedAt, line] of closed) byPlacedAt.set(placedAt, line);
    }
    const all = [...byPlacedAt].sort(([one], [other]) => (one > other ? -1 : 1));
    const rows = all.slice(0, atMost).map(([placedAt, line]): Row => {
      return { line, at: line.occurredAt, place: { among: 'pending', asOf, before: placedAt } };
    });
    if (more || all.length > atMost) return { rows, next: rows.at(-1)?.place };
    const end = until ? await this.book.firstSince(accountId, until, asOf) : asOf + 1n;
    return { rows, next: { among: 'settled', before: end } };
  }

  /** The lines that were pending as of the first page and still to be told, and are so no more. */
  private async settledSince(
    accountId: string,
    { asOf, before }: Place & { among: 'pending' },
  ): Promise<Map<bigint, Line> | 'stale_page'> {
    const { highest: upTo } = await this.position(accountId);
    const settled = new Map<bigint, Line>();
    let after = asOf;
    for (let look = 0; after < upTo; look += 1) {
      if (look === catchUps) return 'stale_page';
      const { reached, movements } = await this.book.movements(accountId, { after, upTo, atMost: lookedAtOnce });
      for (const { entry, hold } of movements) {
        if (hold?.placedAt === undefined || hold.placedAt >= before || isOpen(hold)) continue;
        for (const line of linesOf(entry, hold).filter(isOfHold)) settled.set(hold.placedAt, line);
      }
      after = reached;
    }
    return settled;
  }

  private async settled(
    accountId: string,
    { before }: Place & { among: 'settled' },
    atMost: number,
    { from }: Filter,
  ): Promise<Look> {
    const range = { after: 0n, upTo: before - 1n, atMost, newestFirst: true };
    const { reached, movements } = await this.book.movements(accountId, range);
    const rows = movements.flatMap(({ entry, hold }) =>
      linesOf(entry, hold)
        .filter(isSettled)
        .map((line): Row => ({ line, at: entry.bookedAt, place: { among: 'settled', before: entry.sequence } })),
    );
    const oldest = movements.at(-1)?.entry.bookedAt;
    // Time in the ledger never goes back: before this there is nothing of the range.
    const over = reached <= 1n || (from !== undefined && oldest !== undefined && oldest < from);
    return { rows, next: over ? undefined : { among: 'settled', before: reached } };
  }

  private async position(accountId: string): Promise<Position> {
    return (await this.book.positions([accountId])).get(accountId) ?? nowhere;
  }
}

function matches({ line, at }: Row, { from, until, kinds }: Filter): boolean {
  return (!from || at >= from) && (!until || at < until) && (kinds.size === 0 || kinds.has(line.kind));
}
