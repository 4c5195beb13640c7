import type { Balance } from './account.ts';

export type AccountBalance = Readonly<{ accountId: string; balance: Balance }>;

/** Of each account the balance with the highest sequence; the first of equal ones. */
export function latestOfEach<Event extends AccountBalance>(events: readonly Event[]): ReadonlyMap<string, Event> {
  const latest = new Map<string, Event>();
  for (const event of events) {
    const known = latest.get(event.accountId);
    if (!known || known.balance.sequence < event.balance.sequence) latest.set(event.accountId, event);
  }
  return latest;
}
