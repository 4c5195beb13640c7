import { setTimeout as wait } from 'node:timers/promises';

/**
 * Calls `attempt` until it does not throw, and returns its answer. After the deadline the last error is thrown, so
 * that a failed expectation inside reads as itself.
 */
export async function eventually<T>(
  attempt: () => T | Promise<T>,
  { timeoutMs = 10_000, everyMs = 50 }: { timeoutMs?: number; everyMs?: number } = {},
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() >= deadline) throw error;
      await wait(everyMs);
    }
  }
}
