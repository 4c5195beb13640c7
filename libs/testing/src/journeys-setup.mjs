// Jest's global setup of journeys and faults: the whole platform on the test ports, built from the sources as they are.
import { takeLock } from '../../../engines/process.mjs';
import { buildIfChanged } from '../../../tools/build.mjs';
import { startPlatform, stopPlatform } from '../../../tools/processes.mjs';
import { startTestEngines, testRun } from './test-engines.mjs';

export default async function setUp() {
  // One run at a time: services are killed in it.
  globalThis.journeysLock = await takeLock(testRun.runDir, 'journeys');
  buildIfChanged();
  const { addresses: engines, startedHere } = await startTestEngines();
  globalThis.journeysEngines = startedHere;
  for (const [name, address] of Object.entries(engines)) process.env[`TEST_${name.toUpperCase()}`] = address;
  // Left over from a run that was killed.
  await stopPlatform(testRun, { engines: false });
  try {
    const { addresses, operator } = await startPlatform(testRun);
    process.env.JOURNEY_PLATFORM = JSON.stringify({ addresses, operator });
  } catch (error) {
    await stopPlatform(testRun, { engines: false });
    throw error;
  }
}
