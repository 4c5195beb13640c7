import type { Scheduler } from '../../src/application/ports.ts';
import type { World } from './world.ts';

/** When virtual time begins. */
export const epoch = Date.parse('2026-11-21T12:00:00.000Z');

/** One process from its start to its end: its clocks, its turns, and what is done to it. */
export class SimulatedProcess implements Scheduler {
  isDead = false;
  pausedUntil = 0;
  /** Until then nothing gets from here to the store or back. */
  cutOffUntil = 0;
  private clockOffMs: number;
  private readonly startedAt: number;
  /** How fast its own clock runs: a few percent too fast or too slow. */
  private readonly rate: number;

  constructor(
    readonly name: string,
    private readonly world: World,
  ) {
    this.startedAt = world.now;
    this.rate = world.random.between(0.97, 1.03);
    this.clockOffMs = world.random.between(-200, 200);
  }

  now(): number {
    return Math.floor(epoch + this.world.now + this.clockOffMs);
  }

  elapsed(): number {
    return (this.world.now - this.startedAt) * this.rate;
  }

  soon(run: () => void): void {
    this.world.after(this.world.random.between(0, 0.05), 'soon', run, this);
  }

  wait(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const lateMs = this.world.random.between(0, 0.5);
      const timer = this.world.after(ms / this.rate + lateMs, 'timer', () => end(), this);
      const end = () => {
        timer.cancelled = true;
        signal?.removeEventListener('abort', end);
        resolve();
      };
      signal?.addEventListener('abort', end);
    });
  }

  setClock(byMs: number): void {
    this.clockOffMs += byMs;
  }

  kill(): void {
    this.isDead = true;
  }
}
