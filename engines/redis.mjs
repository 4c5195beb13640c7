// Redis: a cache and counters only, so nothing is saved to disk.
import { chmodSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { enginesDir } from './java.mjs';

const ARCHITECTURES = { x64: 'amd64', arm64: 'arm64', ia32: '386' };

function binary() {
  const folder = join(enginesDir, 'redis', 'target', 'bin');
  const suffix = `-${process.platform}-${ARCHITECTURES[process.arch] ?? process.arch}`;
  const file = existsSync(folder) && readdirSync(folder).find((name) => name.endsWith(suffix));
  if (!file)
    throw new Error(
      `No redis-server for ${process.platform} ${process.arch} in ${folder}: start a Docker engine instead.`,
    );
  return join(folder, file);
}

export const redis = {
  name: 'redis',
  needs: [],
  ports: ['redis'],
  data: [],
  prepare({ runDir }) {
    mkdirSync(join(runDir, 'engines'), { recursive: true });
    chmodSync(binary(), 0o755);
  },
  command({ runDir, ports }) {
    const settings = {
      bind: '127.0.0.1',
      port: ports.redis,
      save: '',
      appendonly: 'no',
      maxmemory: '128mb',
      'maxmemory-policy': 'volatile-ttl',
    };
    const args = Object.entries(settings).flatMap(([key, value]) => [`--${key}`, String(value)]);
    return { command: binary(), args, cwd: join(runDir, 'engines'), env: { PATH: process.env.PATH } };
  },
  probe: ({ ports }) =>
    new Promise((resolve) => {
      const socket = connect(ports.redis, '127.0.0.1', () => socket.write('PING\r\n'));
      const end = (ready) => {
        socket.destroy();
        resolve(ready);
      };
      socket.setTimeout(1000, () => end(false));
      socket.on('error', () => end(false));
      socket.on('data', (answer) => end(answer.toString().startsWith('+PONG')));
    }),
};
