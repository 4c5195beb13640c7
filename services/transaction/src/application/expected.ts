import type { Scheduler } from './ports.ts';

/** Fewer are not worth the wait of those who are in the batch. */
const fewest = 4;
const longestWaitMs = 5;

/**
 * Who is about to have something decided, once he knows something else: the state of a card. A batch that could go waits
 * for many of them, and some milliseconds at most. It costs the store and this process the same with them in it, and
 * without it they would make one of their own.
 */
export class Expected {
  private readonly coming = new Set<Promise<void>>();

  constructor(private readonly scheduler: Scheduler) {}

  get areMany(): boolean {
    return this.coming.size >= fewest;
  }

  /** Expects somebody until that is known, or is known to fail. */
  until(known: Promise<unknown>): void {
    const over: Promise<void> = known.then(
      () => void this.coming.delete(over),
      () => void this.coming.delete(over),
    );
    this.coming.add(over);
  }

  /** Resolves once all have come who are expected now, or the wait has been long enough. */
  async arrival(): Promise<void> {
    await Promise.race([Promise.all(this.coming), this.scheduler.wait(longestWaitMs)]);
  }
}
