import { once } from 'node:events';
import {
  type handleBidiStreamingCall,
  type handleUnaryCall,
  Metadata,
  Server,
  type ServerUnaryCall,
  status,
} from '@grpc/grpc-js';
import {
  StreamRequest,
  StreamResponse,
  Transaction,
  TransactionServiceService,
  TransferRequest,
  TransferResponse,
} from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { listening } from '@ipe/testing/listening';
import { LightLedger } from '../../bench/load/light-ledger.mjs';

type Call = ServerUnaryCall<TransferRequest, TransferResponse>;

type Streaming = handleBidiStreamingCall<StreamRequest, StreamResponse>;

const { transfer, stream } = TransactionServiceService;
const servers: Server[] = [];
const ledgers: LightLedger[] = [];

/** A client of a server that answers transfers so. */
async function ledgerOf(
  handler: handleUnaryCall<TransferRequest, TransferResponse>,
  streaming: Streaming = () => undefined,
) {
  const server = new Server();
  server.addService({ transfer, stream }, { transfer: handler, stream: streaming });
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

const streamOf = async (streaming: Streaming) => (await ledgerOf(() => undefined, streaming)).ledger.stream();

test('a stream is answered message by message, however the connection parts them', async () => {
  const answers = await streamOf((call) => {
    call.on('data', ({ number, write }: StreamRequest) => {
      const transaction = Transaction.fromPartial({ description: write?.transfer?.description ?? '' });
      call.write({ number, result: { transaction, replayed: false } });
    });
    call.on('end', () => call.end());
  });
  const heard: Array<readonly [bigint, number]> = [];
  answers.on('data', (bytes: Buffer) => {
    const { number, result } = StreamResponse.decode(bytes);
    heard.push([number, result?.transaction?.description.length ?? -1]);
  });
  // Many in one frame of HTTP/2, and one in many.
  const lengths = Array.from({ length: 300 }, (_, at) => (at % 100 === 99 ? 100_000 : at % 7));
  for (const [at, length] of lengths.entries()) {
    const write = { transfer: TransferRequest.fromPartial({ description: 'x'.repeat(length) }) };
    answers.write(StreamRequest.encode({ number: BigInt(at), write }).finish());
  }
  answers.end();
  await once(answers, 'end');
  expect(heard).toEqual(lengths.map((length, at) => [BigInt(at), length]));
});

test('a stream fails with the code of its refusal, and when the connection breaks', async () => {
  const refused = await streamOf((call) => call.emit('error', { code: status.ABORTED, details: 'no more' }));
  await expect(once(refused, 'end')).rejects.toMatchObject({ code: status.ABORTED, message: 'no more' });
  const { ledger, server } = await ledgerOf(
    () => undefined,
    () => server.forceShutdown(),
  );
  await expect(once(ledger.stream(), 'end')).rejects.toMatchObject({ code: status.UNAVAILABLE });
});
