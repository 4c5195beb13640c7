import { setTimeout as wait } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import type { RecoverPayments } from '../../application/recover-payments.ts';

/** Runs recovery again and again, never twice at once, until the service stops. */
export class RecoveryTimer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(RecoveryTimer.name);
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly recoverPayments: RecoverPayments,
    private readonly times: { intervalMs: number; afterMs: number },
  ) {}

  onApplicationBootstrap(): void {
    this.running = this.runUntilStopped();
  }

  /** Waits for the run at work: stores and clients close after it. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async runUntilStopped(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      try {
        await this.recoverPayments.execute(this.times.afterMs);
      } catch (error) {
        this.logger.error(error, 'a recovery run failed; the next one goes on');
      }
      await this.pause();
    }
  }

  private async pause(): Promise<void> {
    const { signal } = this.stopping;
    await wait(this.times.intervalMs, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}
