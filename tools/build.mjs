// Builds the services when a source has changed since the last build.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root, serviceNames } from './topology.mjs';

const stampFile = join(root, 'node_modules', '.cache', 'ipe-bank', 'built');

function filesBelow(folder, accept) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory())
      return ['dist', 'node_modules', 'gen', 'test'].includes(entry.name) ? [] : filesBelow(path, accept);
    return accept(entry.name) ? [path] : [];
  });
}

function wantedStamp() {
  const isSource = (name) => /\.(ts|json|proto)$/.test(name) && !name.endsWith('.test.ts');
  const sources = ['libs', 'services', 'proto'].flatMap((folder) => filesBelow(folder, isSource));
  const hash = createHash('sha256');
  for (const file of [...sources.sort(), 'package-lock.json', 'tsconfig.base.json', 'buf.gen.yaml']) {
    hash.update(file).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

const built = (stamp) =>
  existsSync(stampFile) &&
  readFileSync(stampFile, 'utf8') === stamp &&
  serviceNames.every((name) => existsSync(join(root, 'services', name, 'dist', 'main.js')));

/** Returns whether there was anything to build. Throws with the compiler's first lines. */
export function buildIfChanged() {
  const stamp = wantedStamp();
  if (built(stamp)) return false;
  const services = serviceNames.map((name) => `services/${name}`);
  for (const [command, args] of [
    ['npm', ['run', '--silent', 'generate']],
    ['tsc', ['-b', ...services]],
  ]) {
    const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
    if (error) throw error;
    if (status !== 0) {
      const lines = `${stdout}${stderr}`.trim().split('\n').slice(0, 15);
      throw new Error([`the build failed (${command} ${args.join(' ')}):`, ...lines].join('\n    '));
    }
  }
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, stamp);
  return true;
}
