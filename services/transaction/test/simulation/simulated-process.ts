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
  /** Each takes one of its waits off the signal that would end it. */
  private readonly forgetWaits = new Set<() => void>();

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
      const forget = () => {
        signal?.removeEventListener('abort', end);
        this.forgetWaits.delete(forget);
      };
      const end = () => {
        timer.cancelled = true;
        forget();
        resolve();
      };
      signal?.addEventListener('abort', end);
      this.forgetWaits.add(forget);
    });
  }

  setClock(byMs: number): void {
    this.clockOffMs += byMs;
  }

  /** Nothing happens in it any more. A signal made of others is kept for good as long as somebody listens to it. */
  kill(): void {
    this.isDead = true;
    for (const forget of this.forgetWaits) forget();
  }
}
