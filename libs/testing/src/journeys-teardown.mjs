import { stopPlatform } from '../../../tools/processes.mjs';
import { stopTestEngines, testRun } from './test-engines.mjs';

/** Stops the services, and those engines that this run started. */
export default async function tearDown() {
  await stopPlatform(testRun, { engines: false });
  const names = globalThis.journeysEngines ?? [];
  if (names.length > 0) await stopTestEngines({ names });
  globalThis.journeysLock?.();
}
