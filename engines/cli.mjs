#!/usr/bin/env node
// node engines/cli.mjs fetch | start | stop | status | wipe  [--test] [kafka elasticsearch dynamodb redis connect]
// --test: the engines of the tests (ports + 10000, .data/test, DynamoDB in memory).
import { join } from 'node:path';
import { engineNames, engineStatus, startEngines, stopEngines, wipeEngines } from './engines.mjs';
import { fetchEngines } from './fetch.mjs';
import { enginesDir } from './java.mjs';

const data = join(enginesDir, '..', '.data');
export const developmentRun = { runDir: data, portOffset: 0, storage: 'disk' };
export const testRun = { runDir: join(data, 'test'), portOffset: 10_000, storage: 'memory' };

const verbs = {
  fetch: () => fetchEngines(),
  async start(run, names) {
    await fetchEngines();
    const onReady = (name, { startedHere, ms }) =>
      console.log(startedHere ? `${name} ready after ${ms} ms` : `${name} already runs`);
    await startEngines(run, { names, onReady });
  },
  stop: (run, names) =>
    stopEngines(run, { names, onStopped: (name, ms) => console.log(`${name} stopped after ${ms} ms`) }),
  async status(run, names) {
    console.table(await engineStatus(run, names));
  },
  wipe: (run, names) => wipeEngines(run, names),
};

const [verb, ...rest] = process.argv.slice(2);
const unknown = rest.filter((word) => word !== '--test' && !engineNames.includes(word));
if (!Object.hasOwn(verbs, verb ?? '') || unknown.length > 0) {
  console.error(`usage: node engines/cli.mjs ${Object.keys(verbs).join('|')} [--test] [${engineNames.join(' ')}]`);
  process.exit(2);
}
const names = rest.filter((word) => word !== '--test');
try {
  await verbs[verb](rest.includes('--test') ? testRun : developmentRun, names.length > 0 ? names : engineNames);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
