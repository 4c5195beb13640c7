import { once } from 'node:events';
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import { Client, credentials, Server as GrpcServer, type Server, status } from '@grpc/grpc-js';
import { listening } from '@ipe/testing/listening';
import { prepareHttp2Servers } from './http2-servers.ts';

const path = '/test.Slow/Answer';
const same = (bytes: Buffer) => bytes;
const enough = Promise.withResolvers<void>();

async function slowServer(): Promise<{ server: Server; address: string }> {
  const server = new GrpcServer();
  const answer = {
    path,
    requestStream: false,
    responseStream: false,
    requestSerialize: same,
    requestDeserialize: same,
  };
  server.addService(
    { answer: { ...answer, responseSerialize: same, responseDeserialize: same } },
    {
      // Once nobody asks any more: longer than all but one wait.
      answer: (_call: unknown, callback: (error: null, answer: Buffer) => void) => {
        void enough.promise.then(() => callback(null, Buffer.from('!')));
      },
    },
  );
  const address = await listening(server);
  return { server, address };
}

test('thousands of callers who give up at once do not end the connection of the others', async () => {
  prepareHttp2Servers();
  const { server, address } = await slowServer();
  const client = new Client(address, credentials.createInsecure());
  const call = (deadlineMs: number) =>
    new Promise<status | 'answered'>((resolve) => {
      const options = { deadline: Date.now() + deadlineMs };
      client.makeUnaryRequest(path, same, same, Buffer.from('?'), options, (error) =>
        resolve(error?.code ?? 'answered'),
      );
    });
  const patient = call(60_000);
  for (let wave = 0; wave < 3; wave += 1) {
    const outcomes = await Promise.all(Array.from({ length: 1_000 }, () => call(300)));
    expect(new Set(outcomes)).toEqual(new Set([status.DEADLINE_EXCEEDED]));
  }
  enough.resolve();
  expect(await patient).toBe('answered');
  client.close();
  server.forceShutdown();
});

/** A server whose streams have two who wait for their end; answers the next stream once both were told. */
async function streamServer(isAnswering: boolean) {
  const server = http2.createServer();
  const told: string[] = [];
  const over = new Promise<http2.ServerHttp2Stream>((resolve) => {
    server.on('stream', (stream) => {
      stream.on('data', () => undefined);
      stream.on('close', () => told.push('one'));
      stream.on('close', () => told.push('another'));
      stream.on('close', () => setImmediate(() => resolve(stream)));
      stream.respond({ ':status': 200 });
      if (isAnswering) stream.end('!');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, told, over, port: (server.address() as AddressInfo).port };
}

test.each([
  ['is answered', true],
  ['is given up by its caller', false],
])('a stream that %s tells all who wait for its end, and keeps none of its listeners', async (_how, isAnswered) => {
  prepareHttp2Servers();
  const { server, told, over, port } = await streamServer(isAnswered);
  const session = http2.connect(`http://127.0.0.1:${port}`);
  const stream = session.request({ ':method': 'POST' });
  stream.end('?');
  await once(stream, 'response');
  if (isAnswered) stream.resume();
  else stream.close(http2.constants.NGHTTP2_CANCEL);
  expect((await over).eventNames()).toEqual([]);
  expect(told).toEqual(['one', 'another']);
  session.close();
  server.close();
});

test('a module that is loaded again prepares nothing twice', async () => {
  prepareHttp2Servers();
  const { createServer } = http2;
  const again: typeof import('./http2-servers.ts') = await import(`${import.meta.dirname}/http2-servers.ts?again`);
  expect(again.prepareHttp2Servers).not.toBe(prepareHttp2Servers);
  again.prepareHttp2Servers();
  expect(http2.createServer).toBe(createServer);
});
