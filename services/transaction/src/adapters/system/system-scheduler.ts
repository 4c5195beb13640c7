import { setTimeout as wait } from 'node:timers/promises';
import type { Scheduler } from '../../application/ports.ts';

/** The machine's own clock and event loop. */
export const systemScheduler: Scheduler = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  soon: (run) => void setImmediate(run),
  wait: (ms, signal) =>
    wait(ms, undefined, signal ? { signal } : {}).catch((error: unknown) => {
      if (!signal?.aborted) throw error;
    }),
};
