import { setTimeout as wait } from 'node:timers/promises';
import type { INestApplicationContext } from '@nestjs/common';
import { Logger } from 'nestjs-pino';
import { Readiness } from './readiness.ts';

/** SIGTERM or SIGINT → readiness 503 → wait for balancers to notice → close servers, then pools → exit 0. */
export function drainOnSignal(app: INestApplicationContext, drainMs: number): void {
  let stopping = false;
  const stop = async (signal: string): Promise<void> => {
    if (stopping) return;
    stopping = true;
    const log = app.get(Logger);
    log.log(`${signal}: draining`);
    app.get(Readiness).drain();
    await wait(drainMs);
    try {
      await app.close();
      process.exit(0);
    } catch (error) {
      log.error(error);
      process.exit(1);
    }
  };
  process.on('SIGTERM', () => void stop('SIGTERM'));
  process.on('SIGINT', () => void stop('SIGINT'));
}
