import type { Entry } from '../domain/entry.ts';
import type { LineFacts, LineKey, LineKind } from '../domain/line.ts';
import type { Position, Step } from '../domain/position.ts';

/** A thing as it was read, so that a write can say that nobody changed it meanwhile. */
export type Versioned<T> = Readonly<{ value: T; version: bigint }>;

/** What entries do to the book, all of it or nothing. */
export type BookChange = Readonly<{
  entries: readonly Entry[];
  /** Each with the version that it replaces; zero: it must not be there yet. */
  lines: readonly Versioned<LineFacts>[];
  positions: readonly (Versioned<Position> & { accountId: string; gapChanged: boolean })[];
}>;

export type BookOutcome =
  | { kind: 'written' }
  /** These of the change's entries are there already; `same` tells whether with the same content. */
  | { kind: 'known_entries'; known: readonly { entry: Entry; same: boolean }[] }
  /** Somebody else wrote a line or a position meanwhile: read again and decide anew. */
  | { kind: 'overtaken' };

export type LineQuery = Readonly<{
  accountId: string;
  from: Date | undefined;
  /** Not included. */
  until: Date | undefined;
  kinds: ReadonlySet<LineKind>;
  /** Lines older than this place only. */
  after: string | undefined;
  atMost: number;
}>;

/** place: where a line stands in its account's order. */
export type PlacedLine = Readonly<{ place: string; facts: LineFacts }>;

/** Entries, lines and positions of every account. Strong reads: what was written before is in them. */
export abstract class Book {
  abstract write(change: BookChange): Promise<BookOutcome>;
  abstract positions(accountIds: readonly string[]): Promise<ReadonlyMap<string, Versioned<Position>>>;
  /** By lineName; those that are not there are left out. */
  abstract lines(keys: readonly LineKey[]): Promise<ReadonlyMap<string, Versioned<LineFacts>>>;
  /** Stored entries with a sequence after `after`, in order. */
  abstract stepsAfter(accountId: string, after: bigint): AsyncIterable<Step>;
  /** The lines of the entries after `after` and up to `upTo`, with the entry's sequence, in order, at most `atMost` entries. */
  abstract linesOfEntries(
    accountId: string,
    range: { after: bigint; upTo: bigint; atMost: number },
  ): Promise<{ reached: bigint; lines: readonly { sequence: bigint; facts: LineFacts }[] }>;
  /** Newest first. Looks through a bounded number of lines: `next` tells from where to go on, undefined at the end. */
  abstract search(query: LineQuery): Promise<{ found: readonly PlacedLine[]; next: string | undefined }>;
  /** How many accounts wait for a missing entry. */
  abstract gaps(): Promise<number>;
}

/** Tells watchers that an account's statement has moved on, wherever that was written. */
export abstract class Changes {
  abstract tell(accountIds: Iterable<string>): void;
  /** `changed` is called for each of these accounts, at least once after each change, until the returned function is called. */
  abstract subscribe(accountIds: readonly string[], changed: (accountId: string) => void): () => void;
}

export function lineName({ accountId, occurredAt, transactionId, role }: LineKey): string {
  return `${accountId} ${occurredAt.toISOString()} ${transactionId} ${role}`;
}
