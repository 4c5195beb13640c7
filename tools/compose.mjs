// The same platform with Docker Compose, where a Docker engine answers. Compose itself creates topics and applies the
// connectors. What of it was run, and what was only checked: docs/operating/docker.md.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './topology.mjs';

const compose = (args, options) => spawnSync('docker', ['compose', ...args], { cwd: root, ...options });

/** Why compose cannot be used although an engine answers; undefined when it can. */
export function composeMissing() {
  if (!existsSync(join(root, 'docker-compose.yml'))) return 'there is no docker-compose.yml';
  if (compose(['version'], { stdio: 'ignore' }).status !== 0) return 'its compose plugin is missing';
  return undefined;
}

/** Builds and starts every container and waits until each is healthy; Docker shows its own progress. */
export async function composeUp(print) {
  print('docker compose up: building and starting containers');
  const child = spawn('docker', ['compose', 'up', '--detach', '--build', '--wait'], {
    cwd: root,
    stdio: 'inherit',
    detached: true,
  });
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', resolve);
  });
  if (code !== 0) throw new Error('docker compose up failed: see above, and npm run logs -- SERVICE');
}

/** Stops and removes the containers; volumes stay. */
export async function composeDown() {
  compose(['down'], { stdio: 'inherit' });
}

/** Removes the volumes as well. */
export function composeReset() {
  return compose(['down', '--volumes'], { stdio: 'inherit' }).status ?? 1;
}

/** Whether any container of this project runs. */
export function composeRuns() {
  if (composeMissing()) return false;
  return compose(['ps', '--quiet'], { encoding: 'utf8' }).stdout.trim() !== '';
}

export function composeStatus() {
  compose(['ps'], { stdio: 'inherit' });
  return compose(['stats', '--no-stream'], { stdio: 'inherit' }).status ?? 1;
}

export function composeLogs(name) {
  return compose(['logs', '--follow', '--tail', '50', ...(name ? [name] : [])], { stdio: 'inherit' }).status ?? 1;
}

/** Until everything is being stopped; containers restart by their own policy, and docker compose ps shows them. */
export function followCompose(stopped) {
  const { promise, resolve } = Promise.withResolvers();
  stopped.addEventListener('abort', resolve);
  return promise;
}
