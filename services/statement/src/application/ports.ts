import type { Entry, Movement } from '../domain/entry.ts';
import type { Hold, HoldKey } from '../domain/hold.ts';
import type { Position } from '../domain/position.ts';

/** A thing as it was read, so that a write can say that nobody changed it meanwhile. */
export type Versioned<T> = Readonly<{ value: T; version: bigint }>;

/** What entries do to the book, all of it or nothing. */
export type BookChange = Readonly<{
  entries: readonly Entry[];
  /** Holds of which no more is known than the entry that placed them, which is among these. */
  placed: readonly Hold[];
  /** Holds that other entries have changed, each with the version that it replaces; zero: it must not be there yet. */
  holds: readonly Versioned<Hold>[];
  /** How far each account is with these entries, at least. */
  positions: ReadonlyMap<string, Position>;
}>;

export type BookOutcome =
  | { kind: 'written' }
  /** These of the change's entries are there already; `same` tells whether with the same content. */
  | { kind: 'known_entries'; known: readonly { entry: Entry; same: boolean }[] }
  /** Somebody else wrote a hold meanwhile: read again and decide anew. */
  | { kind: 'overtaken' };

/** A place in an account's sequence. */
export type SequencePlace = Readonly<{ accountId: string; sequence: bigint }>;

/** Entries of an account after `after` and up to `upTo`, at most `atMost`. */
export type EntryRange = Readonly<{ after: bigint; upTo: bigint; atMost: number; newestFirst?: boolean }>;

/** `reached`: the last sequence looked at; of a range in which nothing is left, its end. */
export type MovementPage = Readonly<{
  reached: bigint;
  movements: readonly MovementWithHold[];
}>;

/** A movement with its hold as it is now, where it changed one. */
export type MovementWithHold = Readonly<{ entry: Movement; hold: Hold | undefined }>;

/** Entries, holds and positions of every account. Strong reads: what was written before is in them. */
export abstract class Book {
  abstract write(change: BookChange): Promise<BookOutcome>;
  /** By account; those of which nothing has arrived are left out. */
  abstract positions(accountIds: readonly string[]): Promise<ReadonlyMap<string, Position>>;
  /**
   * Positions for entries with these sequences to go on from, which are cheaper: where nothing was missing when the entry
   * before came, the position as of that one, whatever came after; elsewhere the account's position.
   */
  abstract positionsBefore(places: readonly SequencePlace[]): Promise<ReadonlyMap<string, Position>>;
  /** Of these places the accounts where an entry has come after. */
  abstract movedOn(places: readonly SequencePlace[]): Promise<readonly string[]>;
  /** By holdName, with all their entries that are there; version zero: as the entry that placed it says. */
  abstract holds(keys: readonly HoldKey[]): Promise<ReadonlyMap<string, Versioned<Hold>>>;
  /** The movements among the entries of a range, in order. */
  abstract movements(accountId: string, range: EntryRange): Promise<MovementPage>;
  /** Open holds that were placed before the sequence `before`, the last placed first. */
  abstract openHolds(accountId: string, query: { before: bigint; atMost: number }): Promise<readonly Hold[]>;
  /** The sequence that parts an account's entries up to `upTo`: those before it were booked before an instant, the rest not. */
  abstract firstSince(accountId: string, instant: Date, upTo: bigint): Promise<bigint>;
  /** How many accounts wait for a missing entry. */
  abstract gaps(): Promise<number>;
}

/** That an account's statement has moved on to its sequence. */
export type News = SequencePlace &
  Readonly<{
    /** All its movements from `after` to there, where whoever tells has them at hand. */
    movements?: Readonly<{ after: bigint; all: readonly MovementWithHold[] }>;
  }>;

/** Tells watchers that an account's statement has moved on, wherever that was written. */
export abstract class Changes {
  abstract tell(news: Iterable<News>): void;
  /** `changed` is called for each of these accounts, at least once after each change, until the returned function is called. */
  abstract subscribe(accountIds: readonly string[], changed: (news: News) => void): () => void;
}

export function holdName({ accountId, transactionId }: HoldKey): string {
  return `${accountId} ${transactionId}`;
}
