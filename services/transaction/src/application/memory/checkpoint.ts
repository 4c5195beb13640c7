import type { Instant } from '../../domain/account.ts';

/** An object that is complete in the store. */
export type StoredObject = Readonly<{
  name: string;
  chunks: number;
  /** Of its chunks in all. */
  bytes: number;
  /** SHA-256 over the SHA-256 of each chunk, in order. */
  digest: Uint8Array;
}>;

/** A sorted part of an index. Runs cover the journal in order, without a gap. */
export type StoredRun = Readonly<{
  /** 0 as a checkpoint wrote it, one more each time that runs are merged. */
  level: number;
  data: StoredObject;
  /** Where its chunks begin, and their filters: what is kept in memory. */
  guide: StoredObject;
}>;

/** All that a shard knew after a batch; what it names was complete before it became visible. */
export type Checkpoint = Readonly<{
  shard: number;
  sequence: number;
  /** Of the batch with that sequence, in hex. */
  journalHash: string;
  decidedAt: Instant;
  /** Key of the hash that both indexes use, 8 bytes. */
  hashKey: Uint8Array;
  /**
   * First a snapshot as a whole: every account, and every transaction with an open hold. Then what had changed at each
   * checkpoint since, oldest first.
   */
  state: readonly StoredObject[];
  /** Where answers and changed transactions lie; oldest run first. */
  keys: readonly StoredRun[];
  /** Where each account's entries lie; oldest run first. */
  entries: readonly StoredRun[];
}>;

/** Names of all objects that a checkpoint needs, or one that will come. */
export function objectsOf({ state, keys, entries }: Pick<Checkpoint, 'state' | 'keys' | 'entries'>): string[] {
  const runs = [...keys, ...entries];
  return [...state, ...runs.flatMap(({ data, guide }) => [data, guide])].map(({ name }) => name);
}
