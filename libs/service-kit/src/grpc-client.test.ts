import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import { CardsServiceClient, CardsServiceService, VerifyCardResponse } from '@ipe/contracts/gen/bank/cards/v1/cards';
import { call, grpcClient } from './grpc-client.ts';

const card = { number: '', expiryMonth: 1, expiryYear: 2030, cvv: '' };

/** Answers every VerifyCard; gives the port that it listens on. */
async function listen(server: Server, port: number): Promise<number> {
  const handlers = Object.fromEntries(
    Object.keys(CardsServiceService).map((name) => [
      name,
      (_call: unknown, answer: (error: null, response: VerifyCardResponse) => void) =>
        answer(null, VerifyCardResponse.fromPartial({ cardId: 'crd_1' })),
    ]),
  );
  server.addService(CardsServiceService, handlers);
  return new Promise((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
}

test('a service that is away fails at once, or is waited for within the deadline', async () => {
  const before = new Server();
  const port = await listen(before, 0);
  const client = grpcClient(CardsServiceClient, `127.0.0.1:${port}`);
  expect((await call(client, client.verifyCard, card, 2_000)).cardId).toBe('crd_1');
  before.forceShutdown();

  await expect(call(client, client.verifyCard, card, 2_000)).rejects.toMatchObject({ code: status.UNAVAILABLE });
  const waiting = call(client, client.verifyCard, card, 4_000, { waitForReady: true });
  const after = new Server();
  await listen(after, port);
  expect((await waiting).cardId).toBe('crd_1');
  client.close();
  after.forceShutdown();
});
