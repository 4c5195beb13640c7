import { decideExpiry } from '../domain/decide-release.ts';
import { answered } from '../domain/decision.ts';
import type { Transaction } from '../domain/transaction.ts';
import type { Call, Reply } from './admission.ts';
import type { Ledger } from './ledger.ts';
import type { LedgerLog, Scheduler } from './ports.ts';
import type { Task } from './task.ts';

/** Holds that expire in one go, so that a great many due at once do not crowd out the callers. */
const mostAtOnce = 200;

const nextExpiry: Task<Transaction | undefined> = {
  decide: (state, moment) => decideExpiry(state, moment) ?? answered(undefined),
};

/** Releases the holds that have run out. Answers how many; more may be due. */
export async function expireHolds(ledger: Ledger, call: Call): Promise<number> {
  const due = ledger.peek((state, now) => (state.openHolds.first()?.at ?? Number.POSITIVE_INFINITY) <= now);
  if (!due) return 0;
  const expiries: Array<Promise<Reply<Transaction | undefined>>> = [];
  for (let count = 0; count < mostAtOnce; count++) {
    expiries.push(ledger.execute(call, nextExpiry));
  }
  const replies = await Promise.all(expiries);
  return replies.filter((reply) => reply.kind === 'answered' && reply.answer).length;
}

/** Looks every `intervalMs` for holds that have run out, until the signal aborts. */
export class HoldSweeper {
  constructor(
    private readonly ledger: Ledger,
    private readonly scheduler: Scheduler,
    private readonly log: LedgerLog,
    private readonly intervalMs: number,
  ) {}

  async run(stopping: AbortSignal): Promise<void> {
    const call: Call = { deadline: Number.POSITIVE_INFINITY, traceparent: '' };
    while (!stopping.aborted) {
      const expired = await this.sweep(call);
      if (expired < mostAtOnce) await this.scheduler.wait(this.intervalMs, stopping);
    }
  }

  /** A bug here must not stop the ledger: it is told, and tried again at the next look. */
  private async sweep(call: Call): Promise<number> {
    try {
      return await expireHolds(this.ledger, call);
    } catch (error) {
      this.log.warn(`holds cannot be expired: ${String(error)}`);
      return 0;
    }
  }
}
