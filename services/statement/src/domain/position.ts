import { type Cents, cents } from '@ipe/money/cents';
import type { Entry } from './entry.ts';

/** How far an account's statement is: every entry up to `sequence` is in it. */
export type Position = Readonly<{
  sequence: bigint;
  posted: Cents;
  held: Cents;
  available: Cents;
  bookedAt: Date | undefined;
  /** The highest sequence that has arrived; more than `sequence` when entries before it are missing. */
  highest: bigint;
}>;

/** What a position needs to know of an entry. */
export type Step = Pick<Entry, 'sequence' | 'posted' | 'held' | 'available' | 'bookedAt'>;

export const nowhere: Position = {
  sequence: 0n,
  posted: cents(0n),
  held: cents(0n),
  available: cents(0n),
  bookedAt: undefined,
  highest: 0n,
};

export function hasGap(position: Position): boolean {
  return position.highest > position.sequence;
}

/** The position after more entries, in any order: it moves over those that follow without a gap. */
export function advance(position: Position, steps: Iterable<Step>): Position {
  const bySequence = new Map<bigint, Step>();
  let { highest } = position;
  for (const step of steps) {
    bySequence.set(step.sequence, step);
    if (step.sequence > highest) highest = step.sequence;
  }
  let reached: Position = position;
  for (let step = bySequence.get(position.sequence + 1n); step; step = bySequence.get(step.sequence + 1n)) {
    const { sequence, posted, held, available, bookedAt } = step;
    reached = { sequence, posted, held, available, bookedAt, highest };
  }
  return { ...reached, highest };
}
