import { Client, credentials, Server as GrpcServer, type Server, status } from '@grpc/grpc-js';
import { listening } from '@ipe/testing/listening';
import { bearStreamResets } from './stream-resets.ts';

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
  bearStreamResets();
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
