import { type Cents, cents } from '@ipe/money/cents';
import { type EntryText, type Movement, textOf } from './entry.ts';

/** An account has at most one hold of a transaction. */
export type HoldKey = Readonly<Pick<Movement, 'accountId' | 'transactionId'>>;

/**
 * All that the entries of a hold say together. Adding entries in any order gives the same hold, so that a capture that
 * arrives before its hold does no harm. Each entry must be added once.
 */
export type Hold = Readonly<{
  key: HoldKey;
  occurredAt: Date;
  /** Set aside, later increases counted, given free, and captured so far; all zero or more. */
  placed: Cents;
  released: Cents;
  captured: Cents;
  /** The sequence of the entry that placed it, once that has arrived. */
  placedAt: bigint | undefined;
  /** The sequence of the last entry that changed it. */
  changedAt: bigint;
  /** The capture after which nothing of it is held has arrived. */
  ended: boolean;
  /** The words of the entry that came first in the ledger. */
  first: Readonly<{ sequence: bigint; text: EntryText }>;
}>;

/** Whether an entry places, increases, releases or captures a hold of its account. */
export function changesHold(entry: Movement): boolean {
  switch (entry.kind) {
    case 'HOLD_PLACED':
    case 'HOLD_INCREASED':
    case 'HOLD_RELEASED':
    case 'HOLD_EXPIRED':
      return true;
    case 'CAPTURE':
      // The merchant's side of a capture has no hold.
      return entry.postedDelta < 0n;
    default:
      return false;
  }
}

/** A capture after which some of the hold is still held. The entry alone tells it, whatever else has arrived. */
export function isPartialCapture(entry: Movement): boolean {
  return entry.kind === 'CAPTURE' && changesHold(entry) && entry.transactionStatus === 'PARTIALLY_CAPTURED';
}

/** The hold with one more entry. */
export function withEntry(hold: Hold | undefined, entry: Movement): Hold {
  const before = hold ?? nothingYet(entry);
  const { sequence, heldDelta } = entry;
  const isLast = sequence > before.changedAt;
  const isFirst = sequence < before.first.sequence;
  const after = {
    ...before,
    changedAt: isLast ? sequence : before.changedAt,
    first: isFirst ? { sequence, text: textOf(entry) } : before.first,
  };
  const placed = cents(before.placed + heldDelta);
  if (entry.kind === 'HOLD_PLACED') return { ...after, placed, placedAt: sequence };
  // The line stands where it was placed, whatever is added.
  if (entry.kind === 'HOLD_INCREASED') return { ...after, placed };
  if (entry.kind !== 'CAPTURE') return { ...after, released: cents(before.released - heldDelta) };
  const ended = before.ended || !isPartialCapture(entry);
  return { ...after, captured: cents(before.captured - heldDelta), ended };
}

/** No other entry has changed it: it is what the entry that placed it says. */
export function isAsPlaced({ placedAt, changedAt }: Hold): boolean {
  return placedAt === changedAt;
}

/** What is still held, as far as is known. */
export function heldOf({ placed, released, captured }: Hold): Cents {
  return cents(placed - released - captured);
}

export function isOpen(hold: Hold): hold is Hold & { placedAt: bigint } {
  return hold.placedAt !== undefined && !hold.ended && heldOf(hold) > 0n;
}

function nothingYet(entry: Movement): Hold {
  const { accountId, transactionId, sequence } = entry;
  return {
    key: { accountId, transactionId },
    occurredAt: entry.transactionCreatedAt,
    placed: cents(0n),
    released: cents(0n),
    captured: cents(0n),
    placedAt: undefined,
    changedAt: sequence,
    ended: false,
    first: { sequence, text: textOf(entry) },
  };
}
