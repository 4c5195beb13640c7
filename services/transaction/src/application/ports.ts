import type { Instant } from '../domain/account.ts';
import type { CardFinding } from '../domain/decide-authorize.ts';
import type { LedgerRecord } from '../domain/record.ts';
import type { Transaction } from '../domain/transaction.ts';

/** What a journal batch says of itself. Hashes are lower-case hex. */
export type BatchHeader = Readonly<{
  shard: number;
  /** From 1, without gaps. */
  sequence: number;
  writer: string;
  batchId: string;
  /** Hash of the batch before it; empty in the first. */
  previousHash: string;
  /** When its last record was decided. */
  decidedAt: Instant;
}>;

/** A batch as it is stored, and the hash of just that. */
export type EncodedBatch = Readonly<{ header: BatchHeader; bytes: Uint8Array; hash: string }>;

export type JournalBatch = EncodedBatch & Readonly<{ records: readonly LedgerRecord[] }>;

export interface JournalCodec {
  encodeRecord(record: LedgerRecord): Uint8Array;
  encodeBatch(header: BatchHeader, records: readonly Uint8Array[]): EncodedBatch;
  decodeBatch(bytes: Uint8Array): JournalBatch;
  /** One record of a batch, without the cost of the others; undefined when it has none at that index. */
  decodeRecord(bytes: Uint8Array, index: number): LedgerRecord | undefined;
}

/** Of a page of the journal. */
export const mostBatchesInPage = 50;

export interface Journal {
  /**
   * Appends a batch under its sequence if none is there, for good once it answers.
   * 'appended': it is there, now or since an earlier try of the same batch. 'taken': another batch has that sequence.
   * Throws when it cannot be known whether the batch was appended.
   */
  append(batch: EncodedBatch): Promise<'appended' | 'taken'>;
  /**
   * Batches in order from a sequence on, strongly read; a page of at most `mostBatchesInPage` and a megabyte, empty at the
   * end.
   */
  read(shard: number, fromSequence: number): Promise<readonly Uint8Array[]>;
  /** Up to 100 batches in order from a sequence on, strongly read, up to the first that is not there. */
  readRange(shard: number, fromSequence: number, count: number): Promise<readonly Uint8Array[]>;
  /** One batch, strongly read; undefined when there is none. */
  readOne(shard: number, sequence: number): Promise<Uint8Array | undefined>;
}

/** How far a follower of the journal has come. */
export interface FollowerPositions {
  /** The last sequence that is done with; 0 at the beginning. */
  load(follower: string, shard: number): Promise<number>;
  save(follower: string, shard: number, sequence: number): Promise<void>;
}

/** Where the ledger tells what happened. */
export interface EventSink {
  /** Tells the records' events, in order. Answers when they are safe there; events may be told again. */
  publish(records: readonly LedgerRecord[]): Promise<void>;
}

export type CardCredentials = Readonly<{ number: string; expiryMonth: number; expiryYear: number; cvv: string }>;

export interface CardRegistry {
  /** What the card's state is now. Throws when it cannot be known within the deadline. */
  verify(card: CardCredentials, deadlineMs: number): Promise<CardFinding>;
}

/** Time and turns, so that a simulation can hold both. */
export interface Scheduler {
  now(): Instant;
  /** Milliseconds since some start, by a clock that nobody sets. */
  elapsed(): number;
  /** Runs after what is at hand in this turn. */
  soon(run: () => void): void;
  /** Resolves after `ms`, or at once when the signal aborts. */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}

/** What operators look at. */
export interface LedgerMetrics {
  batchCommitted(batch: Readonly<{ sequence: number; records: number; bytes: number; durationMs: number }>): void;
  appendFailed(): void;
  queueDepth(records: number): void;
  replayed(): void;
  /** A purchase was approved or declined, for the first time. */
  authorized(purchase: Transaction): void;
  publisherLag(batches: number): void;
  courierLag(to: number, batches: number): void;
  /** Whether a checkpoint is written or an index merged now: told of every change. */
  working(isWorking: boolean): void;
}

/** What a person should read in the log. Never holds a secret. */
export interface LedgerLog {
  info(message: string): void;
  warn(message: string): void;
}
