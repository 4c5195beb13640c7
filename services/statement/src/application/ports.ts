import type { Entry, Movement } from '../domain/entry.ts';
import type { Hold, HoldKey } from '../domain/hold.ts';
import type { Position, Step } from '../domain/position.ts';

/** A thing as it was read, so that a write can say that nobody changed it meanwhile. */
export type Versioned<T> = Readonly<{ value: T; version: bigint }>;

/** What entries do to the book, all of it or nothing. */
export type BookChange = Readonly<{
  entries: readonly Entry[];
  /** Each with the version that it replaces; zero: it must not be there yet. */
  holds: readonly Versioned<Hold>[];
  positions: readonly (Versioned<Position> & { accountId: string; gapChanged: boolean })[];
}>;

export type BookOutcome =
  | { kind: 'written' }
  /** These of the change's entries are there already; `same` tells whether with the same content. */
  | { kind: 'known_entries'; known: readonly { entry: Entry; same: boolean }[] }
  /** Somebody else wrote a hold or a position meanwhile: read again and decide anew. */
  | { kind: 'overtaken' };

/** Entries of an account after `after` and up to `upTo`, at most `atMost`. */
export type EntryRange = Readonly<{ after: bigint; upTo: bigint; atMost: number; newestFirst?: boolean }>;

/** `reached`: the last sequence looked at; of a range in which nothing is left, its end. */
export type MovementPage = Readonly<{
  reached: bigint;
  /** Each with its hold as it is now, where it changed one. */
  movements: readonly Readonly<{ entry: Movement; hold: Hold | undefined }>[];
}>;

/** Entries, holds and positions of every account. Strong reads: what was written before is in them. */
export abstract class Book {
  abstract write(change: BookChange): Promise<BookOutcome>;
  abstract positions(accountIds: readonly string[]): Promise<ReadonlyMap<string, Versioned<Position>>>;
  /** By holdName; those that are not there are left out. */
  abstract holds(keys: readonly HoldKey[]): Promise<ReadonlyMap<string, Versioned<Hold>>>;
  /** Stored entries with a sequence after `after`, in order. */
  abstract stepsAfter(accountId: string, after: bigint): AsyncIterable<Step>;
  /** The movements among the entries of a range, in order. */
  abstract movements(accountId: string, range: EntryRange): Promise<MovementPage>;
  /** Open holds that were placed before the sequence `before`, the last placed first. */
  abstract openHolds(accountId: string, query: { before: bigint; atMost: number }): Promise<readonly Hold[]>;
  /** The sequence that parts an account's entries up to `upTo`: those before it were booked before an instant, the rest not. */
  abstract firstSince(accountId: string, instant: Date, upTo: bigint): Promise<bigint>;
  /** How many accounts wait for a missing entry. */
  abstract gaps(): Promise<number>;
}

/** Tells watchers that an account's statement has moved on, wherever that was written. */
export abstract class Changes {
  abstract tell(accountIds: Iterable<string>): void;
  /** `changed` is called for each of these accounts, at least once after each change, until the returned function is called. */
  abstract subscribe(accountIds: readonly string[], changed: (accountId: string) => void): () => void;
}

export function holdName({ accountId, transactionId }: HoldKey): string {
  return `${accountId} ${transactionId}`;
}
