import { type Line, type LineKind, toLine } from '../domain/line.ts';
import { nowhere, type Position } from '../domain/position.ts';
import type { Book, PlacedLine } from './ports.ts';

export type LinesPage = Readonly<{ lines: readonly Line[]; next: string | undefined; position: Position }>;

export type ListedLines = Readonly<{
  accountId: string;
  from: Date | undefined;
  until: Date | undefined;
  /** Empty: all. */
  kinds: ReadonlySet<LineKind>;
  pageSize: number;
  after: string | undefined;
}>;

/** How often a page looks on where a filter drops what it finds; then it is handed out short, with a next. */
const searches = 20;

/** A page of an account's statement, newest first, as long as asked while there are lines. */
export class ListLines {
  constructor(private readonly book: Book) {}

  async execute({ accountId, pageSize, after, ...filter }: ListedLines): Promise<LinesPage> {
    // Read first: the page then shows at least what the position promises.
    const position = (await this.book.positions([accountId])).get(accountId)?.value ?? nowhere;
    const found: PlacedLine[] = [];
    let next = after;
    for (let search = 0; search < searches; search += 1) {
      // One more than asked tells whether this is the last page.
      const page = await this.book.search({ accountId, ...filter, after: next, atMost: pageSize + 1 - found.length });
      found.push(...page.found);
      next = page.next;
      if (next === undefined || found.length > pageSize) break;
    }
    if (found.length > pageSize) next = found[pageSize - 1]?.place;
    const lines = found.slice(0, pageSize).map(({ facts }) => toLine(facts));
    return { lines, next, position };
  }
}
