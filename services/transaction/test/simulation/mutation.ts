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
}>;

export function change(name: string, file: string, find: string, replace: string): Mutation {
  return { name, edits: [{ file, find, replace }], simulation: 'oneShard' };
}
