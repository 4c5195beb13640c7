import { reservedFor } from '../../domain/decide-reservation.ts';
import type { Transaction } from '../../domain/transaction.ts';
import { type Call, unhurried } from '../admission.ts';
import type { Ledger } from '../ledger.ts';
import type { LedgerLog, Scheduler } from '../ports.ts';
import type { ShardDesk } from './shard-desk.ts';

type ResolverParts = Readonly<{
  ledger: Ledger;
  /** The ledger's own. */
  desk: ShardDesk;
  /** Of any shard. */
  deskOf: (shard: number) => ShardDesk;
  scheduler: Scheduler;
  log: LedgerLog;
}>;

/** How old a reservation is when its home is asked; nearly all have ended long before. */
const afterMs = 10_000;
const everyMs = 2_000;
const withinMs = 3_000;

/**
 * Ends reservations whose transaction never came: whoever made one may have died before it was named. The home decides
 * whether it ever will be, and nobody's clock.
 */
export class ReservationResolver {
  /** When each was seen first, by a clock that nobody sets. */
  private seen = new Map<string, number>();

  constructor(private readonly parts: ResolverParts) {}

  /** Looks from time to time, until the signal aborts. */
  async run(stopping: AbortSignal): Promise<void> {
    while (!stopping.aborted) {
      await this.parts.scheduler.wait(everyMs, stopping);
      if (!stopping.aborted) await this.resolve();
    }
  }

  async resolve(): Promise<void> {
    const { ledger, log } = this.parts;
    const open = ledger.peek((state) => [...state.openReservations].flatMap((id) => state.transactions.get(id) ?? []));
    for (const reservation of this.old(open ?? [])) {
      try {
        await this.end(reservation.transactionId, reservedFor(reservation));
      } catch (error) {
        log.warn(`reservation ${reservation.transactionId} is looked at again: ${String(error)}`);
      }
    }
  }

  /** Those that were open here for long enough. */
  private old(open: readonly Transaction[]): Transaction[] {
    const now = this.parts.scheduler.elapsed();
    const ids = open.map(({ transactionId }) => transactionId);
    this.seen = new Map(ids.map((id) => [id, this.seen.get(id) ?? now]));
    return open.filter(({ transactionId }) => (this.seen.get(transactionId) ?? now) <= now - afterMs);
  }

  private async end(reservationId: string, asked: ReturnType<typeof reservedFor>): Promise<void> {
    const { desk, deskOf, scheduler } = this.parts;
    const call: Call = { ...unhurried, deadline: scheduler.now() + withinMs };
    const reply = await deskOf(asked.home).callOff(reservationId, asked, call);
    // One that was named ends with the delivery.
    if (reply.kind !== 'answered' || reply.answer === 'named') return;
    await desk.release(reservationId, call);
  }
}
