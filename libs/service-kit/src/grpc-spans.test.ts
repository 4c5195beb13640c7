import { Metadata, Server, status } from '@grpc/grpc-js';
import {
  AccountServiceClient,
  type AccountServiceServer,
  AccountServiceService,
} from '@ipe/contracts/gen/bank/account/v1/account';
import {
  type StreamResponse,
  TransactionServiceClient,
  type TransactionServiceServer,
  TransactionServiceService,
} from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { listening } from '@ipe/testing/listening';
import { Logger } from '@nestjs/common';
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { observeCalls } from './grpc-calls.ts';
import { call, grpcClient } from './grpc-client.ts';

type Processor = NonNullable<NonNullable<ConstructorParameters<typeof NodeSDK>[0]>['spanProcessors']>[number];
type EndedSpan = Parameters<Processor['onEnd']>[0];

const ended: EndedSpan[] = [];
const kept: Processor = {
  onStart: () => undefined,
  onEnd: (span) => void ended.push(span),
  forceFlush: async () => undefined,
  shutdown: async () => undefined,
};
const sdk = new NodeSDK({ spanProcessors: [kept], instrumentations: [] });

/** The trace that each handler, stream listener and log line found itself in. */
const seen: Record<string, string | undefined> = {};
const look = (where: string) => {
  seen[where] = trace.getSpanContext(context.active())?.traceId;
};

const servers: Server[] = [];
let accounts: AccountServiceClient;
let transactions: TransactionServiceClient;

async function serving(add: (server: Server) => void): Promise<string> {
  const services = ['bank.account.v1.AccountService', 'bank.transaction.v1.TransactionService'];
  const server = new Server({ interceptors: [observeCalls(services)] });
  servers.push(server);
  add(server);
  return listening(server);
}

/** A server that asks another, as a service asks the next, and then says `code`. */
const getCustomer: AccountServiceServer['getCustomer'] = async ({ request }, answer) => {
  look('handler');
  await new Promise((resolve) => setTimeout(resolve, 1));
  look('handler, later');
  if (request.customerId === 'through') await call(accounts, accounts.getCustomer, { customerId: '0' }, 2_000);
  const code = Number(request.customerId);
  if (code > 0) answer({ code, details: 'the card 4111 is stolen' });
  else answer(null, { customer: undefined });
};

const stream: TransactionServiceServer['stream'] = (channel) => {
  channel.on('data', ({ number }: { number: bigint }) => {
    look('listener');
    channel.write({ number, result: undefined } as StreamResponse);
  });
  channel.on('end', () => channel.end());
};

beforeAll(async () => {
  sdk.start();
  Logger.overrideLogger({ log: () => look('log'), warn: () => look('log'), error: () => undefined });
  accounts = grpcClient(
    AccountServiceClient,
    await serving((server) => server.addService(AccountServiceService, { getCustomer })),
  );
  transactions = grpcClient(
    TransactionServiceClient,
    await serving((server) => server.addService(TransactionServiceService, { stream })),
  );
});
afterAll(async () => {
  accounts.close();
  transactions.close();
  for (const server of servers) server.forceShutdown();
  Logger.overrideLogger(false);
  await sdk.shutdown();
});
beforeEach(() => {
  ended.length = 0;
  for (const where of Object.keys(seen)) delete seen[where];
});

const ask = (customerId: string) =>
  call(accounts, accounts.getCustomer, { customerId }, 2_000).catch((error: unknown) => error);

async function spans(count: number): Promise<readonly EndedSpan[]> {
  for (let waited = 0; ended.length < count && waited < 2_000; waited += 5) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return ended;
}

test('a call is a span of the client and one of the server, in one trace, which handler and log are in', async () => {
  await ask('0');
  const both = await spans(2);
  const [client, server] = [SpanKind.CLIENT, SpanKind.SERVER].map((kind) => both.find((span) => span.kind === kind));
  const { traceId, spanId } = client?.spanContext() ?? {};
  expect(server?.parentSpanContext?.spanId).toBe(spanId);
  expect(server?.spanContext().traceId).toBe(traceId);
  expect(seen).toEqual({ handler: traceId, 'handler, later': traceId, log: traceId });
  for (const span of both) {
    expect(span.name).toBe('bank.account.v1.AccountService/GetCustomer');
    expect(span.attributes).toEqual({
      'rpc.system': 'grpc',
      'rpc.service': 'bank.account.v1.AccountService',
      'rpc.method': 'GetCustomer',
      'rpc.grpc.status_code': status.OK,
    });
    expect(span.status.code).toBe(SpanStatusCode.UNSET);
  }
});

test('what a handler asks of the next service is part of the same trace', async () => {
  await ask('through');
  const traces = new Set((await spans(4)).map((span) => span.spanContext().traceId));
  expect([ended.length, traces.size]).toEqual([4, 1]);
});

test('a call carries the trace that its caller is in', async () => {
  const work = trace.getTracer('test').startSpan('work');
  await context.with(trace.setSpan(context.active(), work), () => ask('0'));
  const traces = (await spans(2)).map((span) => span.spanContext().traceId);
  expect(traces).toEqual([work.spanContext().traceId, work.spanContext().traceId]);
});

test.each([
  ['NOT_FOUND', status.NOT_FOUND, SpanStatusCode.UNSET],
  ['UNAVAILABLE', status.UNAVAILABLE, SpanStatusCode.ERROR],
])(
  '%s fails the span of the client, and the server’s where it is its own fault; what was said is not told',
  async (name, code, ofServer) => {
    await ask(String(code));
    const both = await spans(2);
    const statusOf = (kind: SpanKind) => both.find((span) => span.kind === kind)?.status;
    expect(statusOf(SpanKind.CLIENT)).toEqual({ code: SpanStatusCode.ERROR, message: name });
    expect(statusOf(SpanKind.SERVER)?.code).toBe(ofServer);
    expect(both.map((span) => span.attributes['rpc.grpc.status_code'])).toEqual([code, code]);
    expect(
      JSON.stringify(both.map(({ attributes, events, status: told }) => ({ attributes, events, told }))),
    ).not.toContain('4111');
  },
);

test('a stream is a span as long as it is open, and its messages are heard within it', async () => {
  const channel = transactions.stream(new Metadata());
  const answered = new Promise((resolve) => channel.once('data', resolve));
  channel.write({ number: 1n, write: undefined });
  await answered;
  expect(ended).toEqual([]);
  channel.end();
  channel.resume();
  const both = await spans(2);
  expect(both.map((span) => [span.kind, span.attributes['rpc.grpc.status_code']]).sort()).toEqual([
    [SpanKind.SERVER, status.OK],
    [SpanKind.CLIENT, status.OK],
  ]);
  expect(seen['listener']).toBe(both[0]?.spanContext().traceId);
});
