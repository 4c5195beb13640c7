import type { AuditState } from '../../domain/verification/audit.ts';

/** Facts of a fixed size, set aside in files instead of memory, each beginning with the bytes of a hash. */
export interface Spill {
  add(fact: Uint8Array): void;
  /**
   * Everything set aside, in parts that fit into memory: all facts of a hash are in one part, in the order in which
   * they were added.
   */
  parts(): AsyncIterable<Buffer>;
}

/** Where an audit of a shard stands. */
export type AuditPosition = Readonly<{
  /** The last batch that was audited, and its hash. */
  batch: number;
  hash: string;
  audit: AuditState;
}>;

/** An audit's place on disk: what was set aside, and how far it has come. */
export interface AuditDesk {
  readonly keys: Spill;
  readonly states: Spill;
  /** Where the last run stopped; undefined at the beginning. What was set aside after it is removed. */
  resume(): Promise<AuditPosition | undefined>;
  save(position: AuditPosition): Promise<void>;
  /** Nothing is to be continued any more. */
  clear(): Promise<void>;
}

/** What a projection shows of an account; the values that it knows. */
export type ProjectedBalance = Readonly<{
  /** The account's last entry in it; 0: none yet. */
  sequence: number;
  values: Readonly<Partial<Record<'posted' | 'held' | 'limit' | 'available' | 'status', bigint | string>>>;
}>;

/** The balances that another service keeps. */
export interface Projection {
  readonly name: string;
  /** undefined: it knows no such account, and need not. */
  read(accountId: string): Promise<ProjectedBalance | undefined>;
}

/** How far a long work has come. */
export type Told = Readonly<{ what: string; done: number; all: number; unit: string; perSecond: number }>;
