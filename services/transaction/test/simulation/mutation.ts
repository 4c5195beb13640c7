/** A text in a source file of this service, and what stands there instead while a mutation is tried. */
export type Edit = Readonly<{ file: string; find: string; replace: string }>;

/** There are two: of the life of one shard, and of what goes on between several. */
export type Simulation = 'oneShard' | 'acrossShards';

/** A way to break the ledger that nobody may notice but the simulation. */
export type Mutation = Readonly<{
  name: string;
  edits: readonly Edit[];
  /** The one that must notice it. */
  simulation: Simulation;
  /** Where seeds begin that come upon what is rare; absent: 1. */
  firstSeed?: number;
}>;

export function change(name: string, file: string, find: string, replace: string, firstSeed = 1): Mutation {
  return { name, edits: [{ file, find, replace }], simulation: 'oneShard', firstSeed };
}
