import { type Call, type Reply, unserved } from '../../../src/application/admission.ts';
import type { Described, ShardDesk } from '../../../src/application/shards/shard-desk.ts';
import type { Delivery } from '../../../src/domain/decide-delivery.ts';
import type { Reserve, ReservedFor } from '../../../src/domain/decide-reservation.ts';
import type { Transaction } from '../../../src/domain/transaction.ts';
import type { SimulatedProcess } from '../simulated-process.ts';
import type { World } from '../world.ts';
import type { Ways } from './ways.ts';

/** A process that answers for its own shards. */
export type FarSide = Readonly<{ process: SimulatedProcess; ownDesk: (shard: number) => ShardDesk }>;

type Parts = Readonly<{
  world: World;
  ways: Ways;
  shard: number;
  caller: SimulatedProcess;
  /** Where the leader takes calls; undefined when nobody is known to lead. */
  leaderAddress: () => string | undefined;
  /** Who lives at an address now. */
  at: (address: string) => FarSide | undefined;
}>;

const longestMs = 5_000;
/** After so long a copy of a call may still arrive. */
const latestCopyMs = 15_000;

/** A process's way to the desk of a shard that another leads: RemoteDesk's twin, with all that can go wrong on it. */
export class DeskLink implements ShardDesk {
  constructor(private readonly parts: Parts) {}

  describe(accountIds: readonly string[], transactionIds: readonly string[], call: Call): Promise<Reply<Described>> {
    return this.ask('describe', call, (desk, there) => desk.describe(accountIds, transactionIds, there));
  }

  reserve(command: Reserve, call: Call): Promise<Reply<Transaction>> {
    return this.ask('reserve', call, (desk, there) => desk.reserve(command, there));
  }

  release(reservationId: string, call: Call): Promise<Reply<Transaction>> {
    return this.ask('release', call, (desk, there) => desk.release(reservationId, there));
  }

  deliver(delivery: Delivery, call: Call): Promise<Reply<Transaction>> {
    const label = `deliver ${delivery.from}/${delivery.sequence}.${delivery.part}`;
    return this.ask(label, call, (desk, there) => desk.deliver(delivery, there));
  }

  callOff(reservationId: string, reservedFor: ReservedFor, call: Call): Promise<Reply<'named' | 'called_off'>> {
    return this.ask('callOff', call, (desk, there) => desk.callOff(reservationId, reservedFor, there));
  }

  private ask<Answer>(
    what: string,
    call: Call,
    work: (desk: ShardDesk, there: Call) => Promise<Reply<Answer>>,
  ): Promise<Reply<Answer>> {
    const { world, ways, shard, caller, at } = this.parts;
    const address = this.parts.leaderAddress();
    const withinMs = Math.min(longestMs, call.deadline - caller.now());
    if (address === undefined) return Promise.resolve(unserved('not_leading'));
    if (withinMs <= 0) return Promise.resolve(unserved('deadline_exceeded'));
    const fate = ways.fateOfCall();
    if (fate !== 'well') world.count(`call: ${fate}`);
    const label = `${what} at shard ${shard}`;
    const thereMs = fate === 'late' ? world.random.between(withinMs / 2, 2 * withinMs) : ways.latencyMs();
    const arrives = (afterMs: number, hear: (reply: Reply<Answer>) => void) => {
      const far = at(address);
      if (!far || far.process.isDead) return world.after(ways.latencyMs(), 'is refused', () => hear(nobody), caller);
      const begin = () => {
        const there = { ...call, deadline: far.process.now() + withinMs };
        // What is thrown there is an error of the call here, which tells nothing.
        work(far.ownDesk(shard), there).then(hear, () => hear(nobody));
      };
      return world.after(afterMs, `${label} arrives from ${caller.name}`, begin, far.process);
    };
    return new Promise((resolve) => {
      const tooLate = () => resolve(unserved('deadline_exceeded'));
      const timer = world.after(withinMs, `${label}: nothing is heard`, tooLate, caller);
      const end = (reply: Reply<Answer>) => {
        timer.cancelled = true;
        resolve(reply);
      };
      const answer = (reply: Reply<Answer>) => {
        if (fate === 'lost_after') return;
        const backMs = fate === 'answered_late' ? world.random.between(withinMs / 3, 1.1 * withinMs) : ways.latencyMs();
        world.after(backMs, `${label} is answered`, () => end(reply), caller);
      };
      if (fate === 'lost_before') {
        world.after(world.random.skewed(0.2, withinMs), `${label} is lost`, () => end(nobody), caller);
        return;
      }
      if (fate === 'twice') arrives(world.random.skewed(1, latestCopyMs), () => undefined);
      arrives(thereMs, answer);
    });
  }
}

const nobody = unserved('not_leading');
