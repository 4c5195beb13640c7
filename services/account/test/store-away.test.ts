import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { status } from '@grpc/grpc-js';
import { testEngines } from '@ipe/testing/engines';
import { eventually } from '@ipe/testing/eventually';
import { freePort } from '@ipe/testing/free-port';
import { newWrite, startAccountBank } from './account-bank.ts';

/** A way to the store that can be closed and opened. */
class Way {
  private readonly sockets = new Set<Socket>();
  private server: Server | undefined;

  async open(port: number): Promise<void> {
    const { hostname, port: storePort } = new URL(testEngines().dynamodb);
    this.server = createServer((near) => {
      const far = connect(Number(storePort), hostname);
      for (const socket of [near, far]) {
        this.sockets.add(socket);
        // An error closes the socket, and one end's close is the other's.
        socket.on('error', () => socket.destroy());
        socket.once('close', () => {
          this.sockets.delete(socket);
          near.destroy();
          far.destroy();
        });
      }
      near.pipe(far).pipe(near);
    });
    this.server.listen(port, '127.0.0.1');
    await once(this.server, 'listening');
  }

  close(): void {
    this.server?.close();
    for (const socket of this.sockets) socket.destroy();
  }
}

test('waits for a store that starts later, answers UNAVAILABLE while it is away, and goes on when it is back', async () => {
  const way = new Way();
  const port = await freePort();
  const starting = startAccountBank({ DYNAMODB_ENDPOINT: `http://127.0.0.1:${port}` });
  const opened = setTimeout(() => void way.open(port), 1_500);
  const bank = await starting;
  clearTimeout(opened);
  const { customerId } = await bank.customer();

  way.close();
  const asking = bank.ask(bank.client.getCustomer, { customerId });
  await expect(asking).rejects.toMatchObject({
    code: status.UNAVAILABLE,
    reason: 'store_unavailable',
    retryAfterMs: 1_000,
  });
  const request = { ...newWrite(), name: 'Bia Lima', document: '529.982.247-25', email: 'bia@example.com' };
  const creating = bank.ask(bank.client.createCustomer, request);
  await expect(creating).rejects.toMatchObject({ code: status.UNAVAILABLE });

  await way.open(port);
  const { customer } = await eventually(() => bank.ask(bank.client.createCustomer, request));
  expect(customer?.document).toBe('52998224725');
  await bank.stop();
  way.close();
});
