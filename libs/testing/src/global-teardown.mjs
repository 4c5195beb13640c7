import { stopTestEngines } from './test-engines.mjs';

/** Stops what the set-up of this very run started, nothing else. */
export default async function tearDown() {
  const names = globalThis.startedTestEngines ?? [];
  globalThis.startedTestEngines = [];
  if (names.length > 0) await stopTestEngines({ names });
}
