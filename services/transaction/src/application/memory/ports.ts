import type { Account } from '../../domain/account.ts';
import type { Transaction } from '../../domain/transaction.ts';
import type { Checkpoint } from './checkpoint.ts';

/** An object's chunks are put in order, but so many may be on their way at a time. */
export const chunksUnderWay = 8;

/** Objects too large for one item, in chunks of at most some hundred KB. A chunk is written once, and never changed. */
export interface ChunkStore {
  /** Comes before an object's first chunk, so that what a crash leaves behind is found again. */
  register(shard: number, name: string): Promise<void>;
  put(name: string, number: number, bytes: Uint8Array): Promise<void>;
  /** Strongly read, in the order asked for; undefined where there is none. */
  get(name: string, numbers: readonly number[]): Promise<ReadonlyArray<Uint8Array | undefined>>;
  /** Names of the objects that were registered; their chunks may be there in part. */
  registered(shard: number): Promise<readonly string[]>;
  /** Removes every chunk, and then the registration. Safe to repeat. */
  remove(shard: number, name: string): Promise<void>;
}

/** What makes checkpoints visible: one small item each. */
export interface CheckpointStore {
  /** 'taken': there is one after that batch already, as good as this. */
  publish(shard: number, sequence: number, bytes: Uint8Array): Promise<'published' | 'taken'>;
  /** Newest first. */
  list(shard: number): Promise<ReadonlyArray<Readonly<{ sequence: number; bytes: Uint8Array }>>>;
  remove(shard: number, sequence: number): Promise<void>;
}

/** Some of a shard's state, or of what has changed in it. */
export type StatePart = Readonly<{
  accounts: readonly Account[];
  /** With an open hold. */
  transactions: readonly Transaction[];
  /** Ids of transactions whose hold is not open any more. */
  ended: readonly string[];
}>;

export interface SnapshotCodec {
  encodePart(part: StatePart): Uint8Array;
  decodePart(bytes: Uint8Array): StatePart;
  encodeCheckpoint(checkpoint: Checkpoint): Uint8Array;
  decodeCheckpoint(bytes: Uint8Array): Checkpoint;
}

/** SHA-256. */
export type Digest = (bytes: Uint8Array) => Uint8Array;
