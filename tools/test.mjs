// npm test: builds, checks, and runs every suite on real engines. The last line is `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startTestEngines, stopTestEngines } from '../libs/testing/src/test-engines.mjs';
import { root } from './topology.mjs';

const results = join(root, '.data', 'test', 'results');
const rows = [];
const print = (line) => console.log(line);
const seconds = (since) => ((Date.now() - since) / 1000).toFixed(1);

function npmRun(...args) {
  return spawnSync('npm', ['run', '--silent', ...args], { cwd: root, stdio: 'inherit' }).status ?? 1;
}

/** A step that is passed or failed as a whole. */
function step(name) {
  print(`\n── ${name}`);
  const started = Date.now();
  const failed = npmRun(name) === 0 ? 0 : 1;
  rows.push({ name, passed: 1 - failed, failed, seconds: seconds(started) });
  return failed === 0;
}

function readResult(file) {
  if (!existsSync(file)) return { passed: 0, failed: 1 }; // jest itself has failed
  const result = JSON.parse(readFileSync(file, 'utf8'));
  const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
  return { passed: result.numPassedTests, failed: failed === 0 && !result.success ? 1 : failed };
}

/** A jest project. In band where tests share one platform, or kill the engines of the others. */
function suite(project, ...flags) {
  print(`\n── ${project} tests`);
  const started = Date.now();
  const file = join(results, `${project}.json`);
  rmSync(file, { force: true });
  npmRun('jest', '--', '--selectProjects', project, '--json', `--outputFile=${file}`, ...flags);
  rows.push({ name: project, ...readResult(file), seconds: seconds(started) });
}

async function suites() {
  suite('unit');
  let startedHere = [];
  try {
    print('\n── engines');
    // Once for all suites that need them; those that run already are used and left running.
    ({ startedHere } = await startTestEngines({ print }));
  } catch (error) {
    print(error.message);
    rows.push({ name: 'engines', passed: 0, failed: 1, seconds: '0' });
    return;
  }
  try {
    // kafkajs goes on trying a broker that was killed, some seconds after its goodbye: nobody needs to wait for it.
    suite('integration', '--runInBand', '--forceExit');
    suite('engines', '--runInBand', '--forceExit');
    suite('journeys', '--runInBand', '--forceExit');
  } finally {
    if (startedHere.length > 0) await stopTestEngines({ names: startedHere, print });
  }
}

mkdirSync(results, { recursive: true });
if (step('build')) {
  step('check');
  await suites();
}
const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
print('');
for (const { name, passed, failed, seconds: took } of rows) {
  print(
    `${name.padEnd(14)} ${String(passed).padStart(5)} passed ${String(failed).padStart(4)} failed ${took.padStart(8)} s`,
  );
}
print(`${sum('passed')} passed, ${sum('failed')} failed`);
process.exit(sum('failed') === 0 ? 0 : 1);
