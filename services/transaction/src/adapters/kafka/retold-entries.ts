import type { Instant } from '../../domain/account.ts';
import type { LedgerRecord } from '../../domain/record.ts';
import { type Event, entriesTopic, ledgerEvents } from './ledger-events.ts';

/**
 * A record's entries to be told again: only what projections are built from, and with today's record time, because a
 * broker that keeps records for a while counts from that.
 */
export function retoldEntries(record: LedgerRecord, now: Instant): Event[] {
  return ledgerEvents(record, now)
    .filter(({ topic }) => topic === entriesTopic)
    .map(({ topic, message }) => ({ topic, message: { ...message, timestamp: String(now) } }));
}
