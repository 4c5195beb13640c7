/** So many calls may be in hand at whatever pace: a burst is no overload. */
const always = 1_000;
/** Of the time that a caller still has, so much may go by until the calls before his are done. */
const share = 0.5;
/** Over how long the pace is averaged. */
const averagedOverMs = 5_000;

/**
 * Keeps a server from working for callers who will not wait for it. By Little's law a call waits for those in hand,
 * divided by the pace at which they are answered: one that would have to wait for more than half of its time is refused
 * at once, which costs next to nothing, so that the others are answered in time. Without it a server that is asked for
 * more than it can do is late for all, and answers fewer the more it is asked.
 */
export class LoadShedder {
  private inHand = 0;
  /** Calls answered a millisecond, as of `pacedAt`. */
  private pace = 0;
  private pacedAt: number;

  /** now: milliseconds of a clock that is never set. */
  constructor(private readonly now: () => number = () => performance.now()) {
    this.pacedAt = now();
  }

  /** Takes a call into hand whose caller waits so long, in milliseconds (Infinity: for ever). False: it is to be refused. */
  takes(remainingMs: number): boolean {
    const wait = remainingMs === Number.POSITIVE_INFINITY ? remainingMs : this.paceNow() * remainingMs * share;
    if (this.inHand >= Math.max(always, wait)) return false;
    this.inHand += 1;
    return true;
  }

  /** A call that was taken is over. isAnswered: before its caller had gone. */
  over(isAnswered: boolean): void {
    this.inHand -= 1;
    if (isAnswered) this.pace = this.paceNow() + 1 / averagedOverMs;
  }

  private paceNow(): number {
    const now = this.now();
    this.pace *= Math.exp((this.pacedAt - now) / averagedOverMs);
    this.pacedAt = now;
    return this.pace;
  }
}
