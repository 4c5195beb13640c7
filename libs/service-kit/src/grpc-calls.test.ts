import { Metadata, Server, type ServerUnaryCall, type sendUnaryData, status } from '@grpc/grpc-js';
import {
  AccountServiceClient,
  AccountServiceService,
  type GetCustomerRequest,
  type GetCustomerResponse,
} from '@ipe/contracts/gen/bank/account/v1/account';
import { listening } from '@ipe/testing/listening';
import { Logger } from '@nestjs/common';
import { observeCalls } from './grpc-calls.ts';
import { call, grpcClient } from './grpc-client.ts';
import { GrpcRefusal } from './refusal.ts';

type Line = { method: string; code: string; ms: number; msg: string };

const lines: { level: string; line: Line }[] = [];
const at = (level: string) => (line: Line) => void lines.push({ level, line });
let server: Server;
let client: AccountServiceClient;

beforeAll(async () => {
  Logger.overrideLogger({ log: at('info'), warn: at('warn'), error: at('error') });
  server = new Server({ interceptors: [observeCalls(['bank.account.v1.AccountService'])] });
  const getCustomer = (
    { request }: ServerUnaryCall<GetCustomerRequest, GetCustomerResponse>,
    answer: sendUnaryData<GetCustomerResponse>,
  ) => {
    if (request.customerId === 'slow') return;
    if (request.customerId === 'ana') answer(null, { customer: undefined });
    else answer({ code: Number(request.customerId), details: 'no' });
  };
  server.addService(AccountServiceService, { getCustomer });
  const address = await listening(server);
  client = grpcClient(AccountServiceClient, address);
});
afterAll(() => {
  client.close();
  server.forceShutdown();
  Logger.overrideLogger(false);
});
beforeEach(() => {
  lines.length = 0;
});

const ask = (customerId: string, deadlineMs = 2_000) =>
  call(client, client.getCustomer, { customerId }, deadlineMs).catch((error: unknown) => error);

test.each([
  ['ana', 'OK', 'info'],
  [String(status.NOT_FOUND), 'NOT_FOUND', 'info'],
  [String(status.INTERNAL), 'INTERNAL', 'warn'],
  [String(status.UNAVAILABLE), 'UNAVAILABLE', 'warn'],
])('a call for %s is one line of its method, %s and its time', async (customerId, code, level) => {
  await ask(customerId);
  const method = 'bank.account.v1.AccountService/GetCustomer';
  expect(lines).toEqual([{ level, line: { method, code, ms: expect.any(Number), msg: 'call ended' } }]);
});

test('a call that nobody waits for any more is a line too', async () => {
  await ask('slow', 50);
  for (let waited = 0; lines.length === 0 && waited < 2_000; waited += 20) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(lines.map(({ line }) => line.code)).toEqual([expect.stringMatching(/^(CANCELLED|DEADLINE_EXCEEDED)$/)]);
});

test('a call beyond what is in hand is refused at once, and taken again when some of that is over', async () => {
  const slow = Array.from({ length: 1_000 }, () =>
    client.getCustomer({ customerId: 'slow' }, new Metadata(), { deadline: Date.now() + 60_000 }, () => undefined),
  );
  // One connection: what was asked before has come before.
  expect(await ask('ana')).toMatchObject({
    code: status.RESOURCE_EXHAUSTED,
    reason: 'overloaded',
    retryAfterMs: 500,
  });
  expect(lines.map(({ line }) => line.code)).toEqual(['RESOURCE_EXHAUSTED']);
  for (const one of slow) one.cancel();
  // Callers hang up one after the other.
  let answer: unknown;
  for (let tries = 0; tries < 100 && (tries === 0 || answer instanceof GrpcRefusal); tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    answer = await ask('ana');
  }
  expect(answer).toEqual({ customer: undefined });
});
