/** Who leads a shard, as a replica sees it: an address, '' when it does so itself, undefined when nobody is known to. */
export type LeaderOf = Readonly<{ shard: number; leader: string | undefined }>;

/**
 * The shard that a replica should ask for: one of the replica that leads most, when that leads at least two more.
 * Undefined: all is well, or not all leaders are known.
 */
export function shardToAskFor(leaders: readonly LeaderOf[]): LeaderOf | undefined {
  if (leaders.some(({ leader }) => leader === undefined)) return undefined;
  const byLeader = Map.groupBy(leaders, ({ leader }) => leader);
  const own = byLeader.get('')?.length ?? 0;
  const most = [...byLeader.values()].toSorted((one, other) => other.length - one.length)[0] ?? [];
  return most.length >= own + 2 ? most.at(-1) : undefined;
}
