// The transaction service with one more door: POST /v1/authorizations, JSON over HTTP/1.1, into the very code that its
// gRPC door calls. Its environment is the service's; TRANSACTION_DIST is the folder of its build.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const { TRANSACTION_DIST, ...environment } = process.env;
const built = (file) => import(pathToFileURL(`${TRANSACTION_DIST}/${file}`).href);
// The build may be another checkout's: what it shares with this file must be its own copy.
const { resolve } = createRequire(`${TRANSACTION_DIST}/main.js`);
const own = (name) => import(pathToFileURL(resolve(name)).href);
const { Metadata } = await own('@grpc/grpc-js');
const { AuthorizeRequest, AuthorizeResponse } = await own('@ipe/contracts/gen/bank/transaction/v1/transaction');
const { readConfig } = await own('@ipe/service-kit/config');
const { startService } = await own('@ipe/service-kit/start-service');
const { configSchema } = await built('config.js');
const { transactionService } = await built('create-service.js');
const { TransactionController } = await built('adapters/grpc/transaction.controller.js');

const deadlineMs = 30_000;

function openDoor(app) {
  app
    .getHttpAdapter()
    .getInstance()
    .post('/v1/authorizations', async (request) => {
      const controller = app.get(TransactionController, { strict: false });
      const call = { getDeadline: () => Date.now() + deadlineMs };
      const asked = AuthorizeRequest.fromJSON(request.body);
      return AuthorizeResponse.toJSON(await controller.authorize(asked, new Metadata(), call));
    });
}

await startService({ ...transactionService(readConfig(configSchema, environment)), prepare: openDoor });
