import type { Instant } from './account.ts';

const dayMs = 86_400_000;
const defaultHoldMs = 7 * dayMs;
const longestHoldMs = 365 * dayMs;

/** When a hold that is placed now runs out. asked: absent for the seven days that are usual. */
export function holdEnd(now: Instant, asked: Instant | undefined): Instant {
  return asked ?? now + defaultHoldMs;
}

/** A hold ends in the future, and within a year. */
export function isHoldEnd(now: Instant, asked: Instant | undefined): boolean {
  return asked === undefined || (asked > now && asked <= now + longestHoldMs);
}
