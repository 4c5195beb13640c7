import { existsSync } from 'node:fs';
import { serviceNames } from '../../tools/topology.mjs';
import { list, read, sources } from './repository.ts';

type Manifest = { name: string; dependencies?: Record<string, string>; devDependencies?: Record<string, string> };

const dockerfile = read('Dockerfile');
const stages = dockerfile.split(/^FROM /m).slice(1);
const ofServices = stages.at(-1) ?? '';
const workspaces = ['libs', 'services'].flatMap((folder) => list(folder).map((name) => `${folder}/${name}`));
const manifest = (workspace: string) => JSON.parse(read(`${workspace}/package.json`)) as Manifest;

/** The packages that a file imports: not its neighbours, not Node's own. */
const imported = (file: string): string[] => {
  const statements = read(file).matchAll(/^(?:import|export) (?!type )(?:[^;]*? from )?'([^'.][^']*)';/gm);
  const names = [...statements].map(([, specifier = '']) => specifier).filter((name) => !name.startsWith('node:'));
  return names.map((name) => name.split('/', name.startsWith('@') ? 2 : 1).join('/'));
};

test('the image has the Node that the platform runs on without Docker', () => {
  const { devDependencies } = manifest('.');
  expect(dockerfile).toContain(`ARG NODE_VERSION=${devDependencies?.['node']}\n`);
});

test('the Dockerfile names no workspace, so that none can be forgotten', () => {
  for (const workspace of workspaces) expect(dockerfile).not.toContain(workspace);
});

test('the Dockerfile makes a service of whatever is in services/', () => {
  expect(list('services').sort()).toEqual([...serviceNames].sort());
  for (const name of serviceNames) {
    expect([name, manifest(`services/${name}`).name]).toEqual([name, `@ipe/${name}`]);
    expect(existsSync(new URL(`../../services/${name}/src/main.ts`, import.meta.url))).toBe(true);
  }
});

test('every image runs as a user by number who is not root', () => {
  for (const stage of stages.filter((each) => /^CMD|^ENTRYPOINT/m.test(each)))
    expect(stage).toMatch(/^USER [1-9]\d*$/m);
});

test('node itself is the first process, and hears SIGTERM', () => {
  const [, command = ''] = /^CMD (.*)$/m.exec(ofServices) ?? [];
  const [program, ...rest] = JSON.parse(command) as string[];
  expect(program).toBe('node');
  // As the plain processes are started.
  expect(rest.slice(-3)).toEqual(['--import', '@ipe/service-kit/telemetry', 'dist/main.js']);
  for (const flag of rest.slice(0, -3)) expect(read('tools/processes.mjs')).toContain(`'${flag}'`);
  expect(ofServices).not.toMatch(/^ENTRYPOINT/m);
});

test('nothing that is made on the outside goes into a build', () => {
  const ignored = read('.dockerignore').split('\n');
  expect(ignored).toEqual(expect.arrayContaining(['.git', '.data', '**/dist', '**/node_modules', '**/target']));
});

// An image has no development packages: one that is only there would be missed at the first start.
test.each(workspaces)('what %s imports is among its dependencies', (workspace) => {
  const { dependencies = {}, name } = manifest(workspace);
  const used = new Set(sources(`${workspace}/src`).flatMap(imported));
  used.delete(name);
  expect(Object.keys(dependencies)).toEqual(expect.arrayContaining([...used]));
});

test('the setup image has all that its programs import', () => {
  const setup = stages.find((stage) => stage.startsWith('base AS setup')) ?? '';
  for (const program of ['tools/topics.mjs', 'kafka-connect/apply.mjs']) {
    for (const name of imported(program)) expect(setup).toContain(`/app/node_modules/${name} node_modules/${name}\n`);
    expect(read(program)).not.toMatch(/ from '\./);
  }
  expect(setup).toContain('tools/topics.json');
  expect(Object.keys(manifest('node_modules/kafkajs').dependencies ?? {})).toEqual([]);
});
