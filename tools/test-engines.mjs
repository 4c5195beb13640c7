// npm run test:engines -- start | stop | status: engines that stay up between test runs, which then begin at once.
import { engineStatus } from '../engines/engines.mjs';
import { startTestEngines, stopTestEngines, testRun } from '../libs/testing/src/test-engines.mjs';

const print = (line) => console.log(line);
const verbs = {
  async start() {
    const { addresses } = await startTestEngines({ print });
    for (const [name, address] of Object.entries(addresses)) print(`${name.padEnd(14)} ${address}`);
  },
  stop: () => stopTestEngines({ print }),
  async status() {
    console.table(await engineStatus(testRun));
  },
};

const verb = process.argv[2] ?? '';
if (!Object.hasOwn(verbs, verb)) {
  console.error('usage: npm run test:engines -- start | stop | status');
  process.exit(2);
}
try {
  await verbs[verb]();
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
