import { Server, status } from '@grpc/grpc-js';
import { CardsServiceClient, CardsServiceService, VerifyCardResponse } from '@ipe/contracts/gen/bank/cards/v1/cards';
import { listening } from '@ipe/testing/listening';
import { call, grpcClient } from './grpc-client.ts';

const card = { number: '', expiryMonth: 1, expiryYear: 2030, cvv: '' };

/** Answers every VerifyCard; tells where it listens. */
function listen(server: Server, address?: string): Promise<string> {
  const handlers = Object.fromEntries(
    Object.keys(CardsServiceService).map((name) => [
      name,
      (_call: unknown, answer: (error: null, response: VerifyCardResponse) => void) =>
        answer(null, VerifyCardResponse.fromPartial({ cardId: 'crd_1' })),
    ]),
  );
  server.addService(CardsServiceService, handlers);
  return listening(server, address);
}

test('a service that is away fails at once, or is waited for within the deadline', async () => {
  const before = new Server();
  const address = await listen(before);
  const client = grpcClient(CardsServiceClient, address);
  expect((await call(client, client.verifyCard, card, 2_000)).cardId).toBe('crd_1');
  before.forceShutdown();

  await expect(call(client, client.verifyCard, card, 2_000)).rejects.toMatchObject({ code: status.UNAVAILABLE });
  const waiting = call(client, client.verifyCard, card, 4_000, { waitForReady: true });
  const after = new Server();
  await listen(after, address);
  expect((await waiting).cardId).toBe('crd_1');
  client.close();
  after.forceShutdown();
});
