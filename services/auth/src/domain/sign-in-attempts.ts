/** Tries to sign in to one account since it was last signed in to. */
export type SignInAttempts = {
  /** Failed ones, and the one whose password is being checked now. */
  failures: number;
  lastAt: Date;
  /** No password is checked before this instant. */
  lockedUntil: Date | undefined;
};

export const triesBeforeLock = 5;
const firstLockMs = 15 * 60_000;
const longestLockMs = 24 * 3_600_000;
const forgottenAfterMs = 24 * 3_600_000;

/** How long the account stays locked, in ms; 0 when it is not. */
export function lockedForMs(attempts: SignInAttempts | undefined, now: Date): number {
  return Math.max(0, (attempts?.lockedUntil?.getTime() ?? 0) - now.getTime());
}

/**
 * Counts a try before its password is checked, so that many tries at once get no more checks than one after the other.
 * Every fifth locks: 15 minutes, then twice as long each time, at most a day. A success forgets them all, and so does
 * a day without tries after the lock.
 */
export function countTry(before: SignInAttempts | undefined, now: Date): SignInAttempts {
  const remembered = before && now < forgottenAt(before) ? before.failures : 0;
  const failures = remembered + 1;
  const locks = Math.floor(failures / triesBeforeLock);
  const locksNow = failures % triesBeforeLock === 0;
  const lockMs = Math.min(longestLockMs, firstLockMs * 2 ** (locks - 1));
  return { failures, lastAt: now, lockedUntil: locksNow ? new Date(now.getTime() + lockMs) : undefined };
}

/** From here on the tries count no more. */
export function forgottenAt({ lastAt, lockedUntil }: SignInAttempts): Date {
  return new Date((lockedUntil ?? lastAt).getTime() + forgottenAfterMs);
}
