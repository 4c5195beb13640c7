// The transaction service with one more door: POST /v1/authorizations, JSON over HTTP/1.1, into the very code that its
// gRPC door calls. It does for a call what that one does: a controller of Nest's, a span (telemetry), a histogram.
// Its environment is the service's; TRANSACTION_DIST is the folder of its build.
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
const { runService } = await own('@ipe/service-kit/start-service');
const { Body, Controller, HttpCode, Post } = await own('@nestjs/common');
const { ModuleRef } = await own('@nestjs/core');
const { Histogram } = await own('prom-client');
const { configSchema } = await built('config.js');
const { transactionService } = await built('create-service.js');
const { expectLargeHeap } = await built('large-heap.js');
const { TransactionController } = await built('adapters/grpc/transaction.controller.js');

const deadlineMs = 30_000;

const seconds = new Histogram({
  name: 'http_server_handling_seconds',
  help: 'Time from an HTTP request to its answer, by route and status.',
  labelNames: ['method', 'route', 'status'],
});

class AuthorizationDoor {
  constructor(modules) {
    this.transactions = modules.get(TransactionController, { strict: false });
  }

  async authorize(body) {
    const call = { getDeadline: () => Date.now() + deadlineMs };
    return AuthorizeResponse.toJSON(
      await this.transactions.authorize(AuthorizeRequest.fromJSON(body), new Metadata(), call),
    );
  }
}
// Decorators by hand: this file is run as it is.
Reflect.defineMetadata('design:paramtypes', [ModuleRef], AuthorizationDoor);
Body()(AuthorizationDoor.prototype, 'authorize', 0);
const method = Object.getOwnPropertyDescriptor(AuthorizationDoor.prototype, 'authorize');
for (const decorate of [Post(), HttpCode(200)]) decorate(AuthorizationDoor.prototype, 'authorize', method);
Controller('v1/authorizations')(AuthorizationDoor);

function measure(app) {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onResponse', (request, reply, done) => {
    const labels = { method: request.method, route: request.routeOptions.url ?? '', status: String(reply.statusCode) };
    seconds.observe(labels, reply.elapsedTime / 1000);
    done();
  });
}

// As the service's own main.
expectLargeHeap();
await runService(() => {
  const { module, ...service } = transactionService(readConfig(configSchema, environment));
  const controllers = [...module.controllers, AuthorizationDoor];
  return { ...service, module: { ...module, controllers }, prepare: measure };
});
