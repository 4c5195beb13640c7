import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below the ports that systems give to outgoing connections (Linux from 32768, others from 49152): one of those may be
 * taken by any connection while the service that listens on it restarts. The engines' own ports are not in it.
 */
const ports = { from: 20_000, to: 25_999 };

/** Test files run side by side, each from a port of its own on. */
let next = Math.floor(Math.random() * count());

/** A port of the loopback address that nobody listens on right now, and that stays free while its server restarts. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < count(); tries += 1) {
    const port = ports.from + next;
    next = (next + 1) % count();
    if (await isFree(port)) return port;
  }
  throw new Error(`every port from ${ports.from} to ${ports.to} is taken`);
}

function count(): number {
  return ports.to - ports.from + 1;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
