import { homeOf, type Placed } from './home-of.ts';

/** Of an answer that another replica passed on: who leads the shard, as "<shard>/<shards> <host>:<port>". */
export const leaderHeader = 'ipe-leader';

/** Who leads a shard of so many. */
export type Leader = Readonly<{ shard: number; shards: number; address: string }>;

const shape = /^(\d{1,4})\/(\d{1,4}) (\S{1,300})$/;

export function leaderText({ shard, shards, address }: Leader): string {
  return `${shard}/${shards} ${address}`;
}

/** What a caller has learned of who leads. It may be out of date: then the replica that is asked passes the call on. */
export class Ways {
  private shards = 0;
  private readonly leaders = new Map<number, string>();

  /** Where the leader of the shard that a request belongs to takes calls; undefined while that is not known. */
  to(request: Placed): string | undefined {
    if (this.leaders.size === 0) return undefined;
    const home = homeOf(request, this.shards);
    return home === undefined ? undefined : this.leaders.get(home);
  }

  /** text: the value of `leaderHeader`; what is none is ignored. */
  learn(text: string): void {
    const [, shard, shards, address] = shape.exec(text) ?? [];
    if (address === undefined) return;
    this.shards = Number(shards);
    this.leaders.set(Number(shard), address);
  }

  forget(address: string): void {
    for (const [shard, known] of this.leaders) if (known === address) this.leaders.delete(shard);
  }
}
