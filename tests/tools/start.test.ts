// npm start before anything is installed, in a folder of its own: there is no npm on the PATH that could install.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writePidFile } from '../../engines/process.mjs';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const copied = ['tools', 'engines', 'kafka-connect', 'libs/testing/src'];
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ipe-start-'));
  const isProgram = (path: string) => !/\/target$|\/fixtures$/.test(path) && !/\/[^/]+\.(ts|jar)$/.test(path);
  for (const folder of copied)
    cpSync(join(repository, folder), join(root, folder), { recursive: true, filter: isProgram });
  writeFileSync(join(root, 'package-lock.json'), '{}');
  mkdirSync(join(root, 'node_modules'));
  writeFileSync(join(root, 'node_modules', '.installed'), 'the hash of another lock file');
});
afterEach(() => rmSync(root, { recursive: true }));

function start(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'tools', 'start.mjs'), ...args], {
    env: { PATH: '' },
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

test.each(['platform', 'transaction'])('nothing is installed under a running %s', (name) => {
  writePidFile(join(root, '.data'), name, process.pid);
  for (const args of [[], ['--run', 'test:here']]) {
    expect(start(...args)).toEqual({
      status: 1,
      stdout: '',
      stderr: `package-lock.json has changed and the platform runs (${name}): npm run stop first.\n`,
    });
  }
});

test('what a lock file changed is installed when nothing runs', () => {
  const { status, stdout, stderr } = start();
  expect(stdout).toContain('Installing packages');
  expect(stderr).toContain('npm ci failed');
  expect(status).toBe(1);
});

test.each([[['--help']], [['--exit', '-h']]])('%j says how it is used, and installs nothing', (args) => {
  const { status, stdout } = start(...args);
  expect(stdout).toMatch(/^usage: npm start /);
  expect(stdout).not.toContain('Installing');
  expect(status).toBe(0);
});

test.each(['stop', 'reset', 'status', 'logs', 'restart'])('%s --help says how it is used, and does nothing', (verb) => {
  const { status, stdout } = start(verb, '--help');
  expect(stdout).toMatch(new RegExp(`^npm run ${verb}`));
  expect(stdout.split('\n')).toHaveLength(2);
  expect(status).toBe(0);
});

test.each(['stop', 'reset', 'status'])('%s with a word too many does nothing', (verb) => {
  const { status, stdout, stderr } = start(verb, 'everything');
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(new RegExp(`^usage: npm run ${verb}`));
});
