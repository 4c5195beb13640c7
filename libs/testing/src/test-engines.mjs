// The engines of the tests, from containers or as plain processes: this file hides which. Both lie on the same fixed
// ports (development's + 10000), so one test run can use what another, or a person, has started.
import { join } from 'node:path';
import { dockerAnswers } from '../../../engines/docker.mjs';
import {
  engineAddresses,
  engineAnswers,
  engineNames,
  killEngine,
  startEngine,
  startEngines,
  stopEngines,
  wipeEngines,
} from '../../../engines/engines.mjs';
import { fetchEngines } from '../../../engines/fetch.mjs';
import { enginesDir } from '../../../engines/java.mjs';
import { pidOf, withLock } from '../../../engines/process.mjs';
import { containerOf, killContainer, restartContainer, startContainers, stopContainers } from './containers.mjs';

export const TEST_PORT_OFFSET = 10_000;
export const testRun = {
  runDir: join(enginesDir, '..', '.data', 'test'),
  portOffset: TEST_PORT_OFFSET,
  storage: 'memory',
};

/** Starts those of the engines that do not answer yet. Returns { addresses, startedHere }. */
export function startTestEngines({ names = engineNames, print = () => {} } = {}) {
  return withLock(testRun.runDir, 'test-engines', async () => {
    const answers = await Promise.all(names.map((name) => engineAnswers(name, testRun)));
    const missing = names.filter((_, index) => !answers[index]);
    if (missing.length > 0) await startMissing(missing, print);
    return { addresses: engineAddresses(TEST_PORT_OFFSET), startedHere: missing };
  });
}

async function startMissing(names, print) {
  if (dockerAnswers()) return startContainers(names, engineAddresses(TEST_PORT_OFFSET), print);
  await fetchEngines({ print });
  // Tests begin with empty engines, unless others are using some of them.
  if (engineNames.every((name) => !pidOf(testRun.runDir, name))) wipeEngines(testRun);
  await startEngines(testRun, { names, onReady: (name, { ms }) => print(`${name} ready after ${ms} ms`) });
}

export function stopTestEngines({ names = engineNames, print = () => {} } = {}) {
  return withLock(testRun.runDir, 'test-engines', async () => {
    await stopContainers(names);
    await stopEngines(testRun, { names, onStopped: (name, ms) => print(`${name} stopped after ${ms} ms`) });
  });
}

/** kill -9, wherever it runs. */
export function killTestEngine(name) {
  return containerOf(name) ? killContainer(name) : killEngine(name, testRun);
}

/** Starts a killed engine again with the data it had (DynamoDB in memory has none). */
export async function restartTestEngine(name) {
  if (containerOf(name)) return restartContainer(name, () => engineAnswers(name, testRun));
  await startEngine(name, testRun);
}
