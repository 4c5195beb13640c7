// A stand-in for the cards service: answers VerifyCards at once, every card is valid and draws on the account that its
// number names. A process of its own: { listen } → address.
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { CardsServiceService, CardVerdict } from '@ipe/contracts/gen/bank/cards/v1/cards';
import { accountId, accountOfCard } from '../load/workloads.mjs';

function verifyCards(call) {
  for (const [index, { number }] of call.request.cards.entries()) call.write({ index, finding: findingOf(number) });
  call.end();
}

function findingOf(number) {
  const account = accountOfCard(number);
  return {
    verdict: CardVerdict.CARD_VERDICT_VALID,
    cardId: `crd_${account}`,
    accountId: accountId(account),
    customerId: `cus_${account}`,
    lastFour: number.slice(-4),
  };
}

const server = new Server();
// The core calls no other method of the service.
server.addService({ verifyCards: CardsServiceService.verifyCards }, { verifyCards });

process.on('message', () => {
  server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
    process.send(error ? { failed: error.message } : { done: `127.0.0.1:${port}` });
  });
});
process.on('disconnect', () => process.exit(0));
