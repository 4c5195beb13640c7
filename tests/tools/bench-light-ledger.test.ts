import { type handleUnaryCall, Metadata, Server, type ServerUnaryCall, status } from '@grpc/grpc-js';
import {
  TransactionServiceService,
  TransferRequest,
  TransferResponse,
} from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { listening } from '@ipe/testing/listening';
import { LightLedger } from '../../bench/load/light-ledger.mjs';

type Call = ServerUnaryCall<TransferRequest, TransferResponse>;

const { transfer } = TransactionServiceService;
const servers: Server[] = [];
const ledgers: LightLedger[] = [];

/** A client of a server that answers transfers so. */
async function ledgerOf(handler: handleUnaryCall<TransferRequest, TransferResponse>) {
  const server = new Server();
  server.addService({ transfer }, { transfer: handler });
  const address = await listening(server);
  const ledger = new LightLedger(address);
  servers.push(server);
  ledgers.push(ledger);
  return { ledger, server };
}

const request = (description = '') => TransferRequest.encode(TransferRequest.fromPartial({ description })).finish();

afterEach(() => {
  for (const ledger of ledgers.splice(0)) ledger.close();
  for (const server of servers.splice(0)) server.forceShutdown();
});

test('asks as grpc does, and answers with the message and the headers', async () => {
  const asked: Call[] = [];
  const { ledger } = await ledgerOf((call, callback) => {
    asked.push(call);
    const headers = new Metadata();
    headers.set('ipe-leader', '0/1 here:1');
    call.sendMetadata(headers);
    callback(null, TransferResponse.fromPartial({ transaction: { description: call.request.description } }));
  });
  const heard: string[][] = [];
  // Longer than one frame of HTTP/2.
  const description = 'ipê '.repeat(30_000);
  const answer = await ledger.call('transfer', request(description), 5_000, (headers) =>
    heard.push(headers.get('ipe-leader'), headers.get('of-none')),
  );
  expect(TransferResponse.decode(answer).transaction?.description).toBe(description);
  expect(heard).toEqual([['0/1 here:1'], []]);
  const [call] = asked;
  expect(Number(call?.getDeadline()) - Date.now()).toBeLessThanOrEqual(5_000);
});

test('fails with the code and the words of a refusal', async () => {
  const { ledger } = await ledgerOf((_call, callback) =>
    callback({ code: status.FAILED_PRECONDITION, details: 'não há saldo' }),
  );
  await expect(ledger.call('transfer', request())).rejects.toMatchObject({
    code: status.FAILED_PRECONDITION,
    message: 'não há saldo',
  });
});

test('waits no longer than its deadline', async () => {
  const { ledger } = await ledgerOf(() => undefined);
  await expect(ledger.call('transfer', request(), 100)).rejects.toMatchObject({ code: status.DEADLINE_EXCEEDED });
});

test('fails what is under way when the connection breaks, and what comes after it', async () => {
  const { ledger, server } = await ledgerOf(() => server.forceShutdown());
  await expect(ledger.call('transfer', request())).rejects.toMatchObject({ code: status.UNAVAILABLE });
  await expect(ledger.call('transfer', request())).rejects.toThrow();
});
