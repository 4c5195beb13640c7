import type { Scheduler } from '../ports.ts';

/** How long work goes on before it makes way for what callers wait for. */
const shortestSliceMs = 4;
/** Where a turn of the loop takes long anyway, slices grow with it, so that the work still gets its share. */
const longestSliceMs = 32;

/** Keeps long work in the background to a share of one core, in slices that no caller notices. */
export class WorkShare {
  private startedAt: number;
  private sliceMs = shortestSliceMs;

  /** share: of one core, above 0 to 1. signal: ends the work, by a throw, at its next turn. */
  constructor(
    private readonly scheduler: Scheduler,
    private readonly share: number,
    private readonly signal: AbortSignal,
  ) {
    this.startedAt = scheduler.elapsed();
  }

  /** To be called often: goes on at once, or after a rest. */
  async turn(): Promise<void> {
    this.signal.throwIfAborted();
    const pausedAt = this.scheduler.elapsed();
    const workedMs = pausedAt - this.startedAt;
    if (workedMs < this.sliceMs) return;
    const restMs = workedMs * (1 / this.share - 1);
    await (restMs >= 1 ? this.scheduler.wait(restMs, this.signal) : this.nextTurn());
    this.again();
    const earnedMs = (this.startedAt - pausedAt) / (1 / this.share - 1);
    this.sliceMs = Math.min(Math.max(earnedMs, shortestSliceMs), longestSliceMs);
  }

  /** After a wait for the store, which was no work. */
  again(): void {
    this.signal.throwIfAborted();
    this.startedAt = this.scheduler.elapsed();
  }

  private nextTurn(): Promise<void> {
    return new Promise((resolve) => this.scheduler.soon(resolve));
  }
}
