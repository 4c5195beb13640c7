import type { Scheduler } from '../ports.ts';

/** Holds a reader to so many bytes a second, so that the ledger's own reads and writes keep theirs. */
export class Pace {
  private freeAt = 0;

  /** Infinity: not held. */
  constructor(
    private readonly scheduler: Scheduler,
    private readonly bytesPerSecond: number,
  ) {}

  /** Resolves when what was just read is paid for. */
  async spent(bytes: number): Promise<void> {
    const now = this.scheduler.elapsed();
    this.freeAt = Math.max(this.freeAt, now) + (bytes / this.bytesPerSecond) * 1_000;
    if (this.freeAt - now >= 1) await this.scheduler.wait(this.freeAt - now);
  }
}
