import { type Cents, cents } from '@ipe/money/cents';
import type { Movement } from './entry.ts';

export const lineKinds = ['purchase', 'refund', 'transfer_in', 'transfer_out', 'reversal', 'sale'] as const;
export type LineKind = (typeof lineKinds)[number];
export type LineStatus = 'pending' | 'posted' | 'released';

/** What makes a line the same line, whichever of its entries arrives first. */
export type LineKey = Readonly<{
  accountId: string;
  occurredAt: Date;
  transactionId: string;
  /** `purchase`, or the kind and the one entry that makes the line: `refund-00000000000000000012`. */
  role: string;
}>;

/** What an entry says of its line beside the amounts. */
export type LineText = Readonly<
  Pick<
    Movement,
    | 'currency'
    | 'description'
    | 'merchantId'
    | 'orderId'
    | 'cardId'
    | 'cardLastFour'
    | 'installments'
    | 'authorizationCode'
  >
>;

/**
 * All that a line's entries say together. Adding entries in any order gives the same facts, so that a capture that
 * arrives before its hold does no harm. Each entry must be added once.
 */
export type LineFacts = Readonly<{
  key: LineKey;
  kind: LineKind;
  /** Held so far, and given free so far; both zero or more. */
  placed: Cents;
  released: Cents;
  /** Posted so far, signed in the holder's favour. */
  posted: Cents;
  /** The last entry of each sort: its sequence. */
  lastPlaced: bigint | undefined;
  lastReleased: bigint | undefined;
  lastPosted: Readonly<{ sequence: bigint; balance: Cents; bookedAt: Date }> | undefined;
  /** The words of the entry that came first in the ledger. */
  first: Readonly<{ sequence: bigint; text: LineText }>;
}>;

/** A line as the customer sees it. */
export type Line = Readonly<{
  key: LineKey;
  kind: LineKind;
  status: LineStatus;
  /** The entry that made or last changed what the line shows. */
  sequence: bigint;
  /** Signed in the holder's favour; of a released line, what was held. */
  amount: Cents;
  /** The posted balance after the line's last posted entry. */
  balance: Cents | undefined;
  postedAt: Date | undefined;
  text: LineText;
}>;

/** Which line an entry belongs to: all entries of a purchase share one, every other entry makes its own. */
export function lineKeyOf(entry: Movement): LineKey {
  const kind = lineKindOf(entry);
  const { accountId, transactionId } = entry;
  if (kind === 'purchase') return { accountId, transactionId, occurredAt: entry.transactionCreatedAt, role: kind };
  const role = `${kind}-${entry.sequence.toString().padStart(20, '0')}`;
  return { accountId, transactionId, occurredAt: entry.bookedAt, role };
}

export function lineKindOf(entry: Movement): LineKind {
  switch (entry.kind) {
    case 'HOLD_PLACED':
    case 'HOLD_RELEASED':
    case 'HOLD_EXPIRED':
      return 'purchase';
    case 'CAPTURE':
      return entry.postedDelta > 0n ? 'sale' : 'purchase';
    case 'REFUND':
      return 'refund';
    case 'TRANSFER':
      return entry.postedDelta > 0n ? 'transfer_in' : 'transfer_out';
    case 'REVERSAL':
      return 'reversal';
  }
}

/** The facts of a line with one more entry. */
export function withEntry(facts: LineFacts | undefined, entry: Movement): LineFacts {
  const before = facts ?? nothingYet(entry);
  const first =
    entry.sequence <= before.first.sequence ? { sequence: entry.sequence, text: textOf(entry) } : before.first;
  switch (entry.kind) {
    case 'HOLD_PLACED':
      return {
        ...before,
        first,
        placed: cents(before.placed + entry.heldDelta),
        lastPlaced: later(before.lastPlaced, entry.sequence),
      };
    case 'HOLD_RELEASED':
    case 'HOLD_EXPIRED':
      return {
        ...before,
        first,
        released: cents(before.released - entry.heldDelta),
        lastReleased: later(before.lastReleased, entry.sequence),
      };
    default:
      return {
        ...before,
        first,
        posted: cents(before.posted + entry.postedDelta),
        lastPosted:
          before.lastPosted && before.lastPosted.sequence > entry.sequence
            ? before.lastPosted
            : { sequence: entry.sequence, balance: entry.posted, bookedAt: entry.bookedAt },
      };
  }
}

/** What the facts come to. Whatever was posted counts, even where the rest of the hold was released. */
export function toLine(facts: LineFacts): Line {
  const { key, kind, lastPosted, lastReleased, lastPlaced, placed, released } = facts;
  const line = { key, kind, text: facts.first.text };
  if (lastPosted) {
    const { sequence, balance, bookedAt } = lastPosted;
    return { ...line, status: 'posted', sequence, amount: facts.posted, balance, postedAt: bookedAt };
  }
  const notPosted = { ...line, balance: undefined, postedAt: undefined };
  if (lastReleased !== undefined) {
    // Before the hold has arrived the release tells its amount.
    const amount = cents(-(placed || released));
    return { ...notPosted, status: 'released', sequence: lastReleased, amount };
  }
  return { ...notPosted, status: 'pending', sequence: lastPlaced ?? facts.first.sequence, amount: cents(-placed) };
}

function nothingYet(entry: Movement): LineFacts {
  return {
    key: lineKeyOf(entry),
    kind: lineKindOf(entry),
    placed: cents(0n),
    released: cents(0n),
    posted: cents(0n),
    lastPlaced: undefined,
    lastReleased: undefined,
    lastPosted: undefined,
    first: { sequence: entry.sequence, text: textOf(entry) },
  };
}

function textOf(entry: Movement): LineText {
  const { currency, description, merchantId, orderId, cardId, cardLastFour, installments, authorizationCode } = entry;
  return { currency, description, merchantId, orderId, cardId, cardLastFour, installments, authorizationCode };
}

function later(before: bigint | undefined, sequence: bigint): bigint {
  return before !== undefined && before > sequence ? before : sequence;
}
