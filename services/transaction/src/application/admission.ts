import type { Instant } from '../domain/account.ts';
import type { Answered, Refused } from '../domain/decision.ts';

/** Why a call is not served although nothing is wrong with it. Nothing of it was done, or its key will tell. */
export type Unserved = 'deadline_exceeded' | 'queue_full' | 'not_leading' | 'too_large' | 'card_state_unknown';

export type NotServed = Readonly<{ kind: 'unserved'; why: Unserved }>;

/** What a write comes to. */
export type Reply<Answer> = Answered<Answer> | Refused | NotServed;

/** What a call brings beside its command. */
export type Call = Readonly<{
  /** Work that has not been decided by then is not begun. Infinity: the caller waits for ever. */
  deadline: Instant;
  /** W3C trace context; empty when it has none. */
  traceparent: string;
}>;

/** A call of the ledger's own. */
export const unhurried: Call = { deadline: Number.POSITIVE_INFINITY, traceparent: '' };

export function unserved(why: Unserved): NotServed {
  return { kind: 'unserved', why };
}
