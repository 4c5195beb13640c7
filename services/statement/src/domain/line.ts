import { type Cents, cents } from '@ipe/money/cents';
import { type EntryText, type Movement, textOf } from './entry.ts';
import { type Hold, heldOf, isOpen, isPartialCapture } from './hold.ts';

export const lineKinds = ['purchase', 'refund', 'transfer_in', 'transfer_out', 'reversal', 'sale', 'posting'] as const;
export type LineKind = (typeof lineKinds)[number];
export type LineStatus = 'pending' | 'posted' | 'released';

/** What makes a line the same line for ever, whichever of its entries arrives first. */
export type LineKey = Readonly<{
  accountId: string;
  transactionId: string;
  /** `purchase`, or the kind and the one entry that makes the line: `refund-00000000000000000012`. */
  role: string;
}>;

/** A line as the customer sees it. */
export type Line = Readonly<{
  key: LineKey;
  kind: LineKind;
  status: LineStatus;
  /** The entry that made or last changed what the line shows. */
  sequence: bigint;
  /** Signed in the holder's favour; of a pending line what is held, of a released one what was given free. */
  amount: Cents;
  /** The posted balance after the line's entry: that of the posted line before it, and this line's amount. */
  balance: Cents | undefined;
  occurredAt: Date;
  postedAt: Date | undefined;
  text: EntryText;
}>;

/** What a hold's line is called while it is pending; the capture that ends the hold, or its release, takes the line over. */
const purchase = 'purchase';

/**
 * The lines that an entry made or was the last to change, as they are now. Every entry that moves the posted balance is
 * exactly one posted line, so that posted lines in the order of their entries add up; a capture in part leaves the
 * hold's own line pending with the rest. `hold`: the entry's, where it changes one.
 */
export function linesOf(entry: Movement, hold: Hold | undefined): Line[] {
  const posted = entry.postedDelta === 0n ? [] : [postedLine(entry)];
  const held = hold?.changedAt === entry.sequence ? heldLine(hold) : undefined;
  return held ? [...posted, held] : posted;
}

/** Once it no longer changes: neither pending nor to be so. */
export function isSettled({ status }: Line): boolean {
  return status !== 'pending';
}

/** Whether the line was pending before it was settled, or is so now. */
export function isOfHold({ key }: Line): boolean {
  return key.role === purchase;
}

function postedLine(entry: Movement): Line {
  const { accountId, transactionId, sequence, bookedAt } = entry;
  const kind = lineKindOf(entry);
  const role =
    kind === 'purchase' && !isPartialCapture(entry) ? purchase : `${kind}-${`${sequence}`.padStart(20, '0')}`;
  return {
    key: { accountId, transactionId, role },
    kind,
    status: 'posted',
    sequence,
    amount: entry.postedDelta,
    balance: entry.posted,
    occurredAt: kind === 'purchase' ? entry.transactionCreatedAt : bookedAt,
    postedAt: bookedAt,
    text: textOf(entry),
  };
}

/** The line of what is not posted: none once the capture that ended the hold has the line. */
export function heldLine(hold: Hold): Line | undefined {
  if (hold.ended) return undefined;
  const line = {
    key: { ...hold.key, role: purchase },
    kind: purchase,
    sequence: hold.changedAt,
    balance: undefined,
    occurredAt: hold.occurredAt,
    postedAt: undefined,
    text: hold.first.text,
  } as const;
  if (isOpen(hold)) return { ...line, status: 'pending', amount: cents(-heldOf(hold)) };
  // A release that arrives before its hold tells its amount already.
  return hold.released > 0n ? { ...line, status: 'released', amount: cents(-hold.released) } : undefined;
}

function lineKindOf(entry: Movement): LineKind {
  switch (entry.kind) {
    case 'HOLD_PLACED':
    case 'HOLD_INCREASED':
    case 'HOLD_RELEASED':
    case 'HOLD_EXPIRED':
      return purchase;
    case 'CAPTURE':
      return entry.postedDelta > 0n ? 'sale' : purchase;
    case 'REFUND':
      return 'refund';
    case 'TRANSFER':
      return entry.postedDelta > 0n ? 'transfer_in' : 'transfer_out';
    case 'POSTING':
      return 'posting';
    case 'REVERSAL':
      return 'reversal';
  }
}
