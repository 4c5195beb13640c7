import { type AccountBalance, latestOfEach } from '../domain/latest-of-each.ts';
import type { Accounts } from './ports.ts';

/** applied: it is the account's balance now. stale: one at least as late was there. superseded: a later one came with it. */
export type ProjectionOutcome = 'applied' | 'stale' | 'superseded';

/**
 * Keeps the balances that entries' events tell. Events may come twice, late and in any order: each carries the whole
 * balance after it, so only one with a higher sequence than the kept one counts, and of several only the last.
 */
export class ProjectBalances {
  constructor(private readonly accounts: Accounts) {}

  /** The outcomes are in the events' order. Safe to repeat, also after an error half-way. */
  async execute<Event extends AccountBalance>(events: readonly Event[]): Promise<readonly ProjectionOutcome[]> {
    const latest = [...latestOfEach(events).values()];
    const outcomes = await this.accounts.projectAll(latest);
    const outcomeOf = new Map(latest.map((event, index) => [event, outcomes[index]]));
    return events.map((event) => outcomeOf.get(event) ?? 'superseded');
  }
}
