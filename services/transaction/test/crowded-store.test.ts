import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { call } from '@ipe/service-kit/grpc-client';
import { testEngines } from '@ipe/testing/engines';
import { eventually } from '@ipe/testing/eventually';
import { startFakeCards } from './fake-cards.ts';
import { Bank, environment, startHere } from './service-under-test.ts';

/** As many as the service has connections to the store for what can wait. */
const connections = 50;

/** The engine's HTTP API, in front of which reads of the journal can be made to wait for good. */
class CrowdedStore {
  holdsReads = false;
  held = 0;
  givenUp = 0;
  leaseWrites = 0;
  private readonly engine = new URL(testEngines().dynamodb);
  private readonly server: Server = createServer((asked, answer) => void this.serve(asked, answer));

  async listen(): Promise<string> {
    await once(this.server.listen(0, '127.0.0.1'), 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async serve(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const body = await buffer(asked);
    const operation = String(asked.headers['x-amz-target']).split('.')[1];
    const isAbout = (what: string) => body.includes(`"${what}#0"`);
    if (this.holdsReads && operation === 'GetItem' && isAbout('journal')) {
      this.held += 1;
      answer.once('close', () => {
        this.givenUp += 1;
      });
      return;
    }
    if (operation === 'PutItem' && isAbout('lease')) this.leaseWrites += 1;
    const { hostname, port } = this.engine;
    const { method, headers, url: path } = asked;
    const passed = request({ hostname, port, method, headers, path }, (told) => {
      answer.writeHead(told.statusCode ?? 500, told.headers);
      told.pipe(answer);
    });
    passed.once('error', () => answer.destroy());
    passed.end(body);
  }
}

test('reads that wait for the store by the dozen hold up neither a write nor the lease', async () => {
  const store = new CrowdedStore();
  const cards = await startFakeCards();
  const env = await environment(cards.address, { DYNAMODB_ENDPOINT: await store.listen() });
  const service = await startHere(env);
  const bank = new Bank(env);
  try {
    await bank.furnish();
    const asOf = new Date();
    store.holdsReads = true;
    const reads = Array.from({ length: connections + 10 }, () =>
      call(bank.client, bank.client.getBalance, { accountId: 'acc_ana', asOf }, 20_000),
    );
    const over = Promise.allSettled(reads);
    await eventually(() => expect(store.held).toBe(connections));
    const written = store.leaseWrites;
    expect(await bank.transfer('beside-them')).toMatchObject({ replayed: false });
    await eventually(() => expect(store.leaseWrites).toBeGreaterThan(written + 1));
    // All of them wait still: nobody had to give way.
    expect([store.held, store.givenUp]).toEqual([connections, 0]);
    store.holdsReads = false;
    await over;
  } finally {
    bank.close();
    await service.stop();
    cards.stop();
    store.close();
  }
});
