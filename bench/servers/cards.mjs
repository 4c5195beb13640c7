// A stand-in for the cards service: answers VerifyCard at once, every card is valid and draws on the account that its
// number names. A process of its own: { listen } → address.
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { CardsServiceService, CardVerdict } from '@ipe/contracts/gen/bank/cards/v1/cards';
import { accountId, accountOfCard } from '../load/workloads.mjs';

function verifyCard({ request }, callback) {
  const account = accountOfCard(request.number);
  callback(null, {
    verdict: CardVerdict.CARD_VERDICT_VALID,
    cardId: `crd_${account}`,
    accountId: accountId(account),
    customerId: `cus_${account}`,
    lastFour: request.number.slice(-4),
  });
}

const server = new Server();
// The core calls no other method of the service.
server.addService({ verifyCard: CardsServiceService.verifyCard }, { verifyCard });

process.on('message', () => {
  server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
    process.send(error ? { failed: error.message } : { done: `127.0.0.1:${port}` });
  });
});
process.on('disconnect', () => process.exit(0));
