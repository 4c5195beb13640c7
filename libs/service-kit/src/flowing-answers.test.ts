import { once } from 'node:events';
import {
  Client,
  type ClientReadableStream,
  credentials,
  Server as GrpcServer,
  type Server,
  type ServerWritableStream,
  status,
} from '@grpc/grpc-js';
import { listening } from '@ipe/testing/listening';
import { FlowingAnswers } from './flowing-answers.ts';

const path = '/test.Many/Answers';
const same = (bytes: Buffer) => bytes;
const unsendable = Buffer.from('cannot be sent');
const responseSerialize = (bytes: Buffer) => {
  if (bytes === unsendable) throw new Error('of no use');
  return bytes;
};

type Answering = (call: ServerWritableStream<Buffer, Buffer>) => void;

let server: Server;
let client: Client;
let answering: Answering;

beforeAll(async () => {
  server = new GrpcServer({
    interceptors: [({ responseSerialize: serialize }, call) => new FlowingAnswers(call, serialize)],
  });
  const shape = { path, requestStream: false, responseStream: true, requestSerialize: same, requestDeserialize: same };
  const method = { ...shape, responseSerialize, responseDeserialize: same };
  server.addService({ answers: method }, { answers: (call: ServerWritableStream<Buffer, Buffer>) => answering(call) });
  client = new Client(await listening(server), credentials.createInsecure());
});
afterAll(() => {
  client.close();
  server.forceShutdown();
});

function ask(how: Answering): ClientReadableStream<Buffer> {
  answering = how;
  return client.makeServerStreamRequest(path, same, same, Buffer.from('?'));
}

async function numbersIn(stream: ClientReadableStream<Buffer>): Promise<number[]> {
  const numbers: number[] = [];
  stream.on('data', (bytes: Buffer) => numbers.push(bytes.readUInt32BE(0)));
  await once(stream, 'end');
  return numbers;
}

function numbered(number: number, bytes = 4): Buffer {
  const message = Buffer.alloc(bytes);
  message.writeUInt32BE(number, 0);
  return message;
}

const upTo = (count: number) => Array.from({ length: count }, (_, number) => number);

test('answers written at once all arrive, in order, and then the end', async () => {
  const stream = ask((call) => {
    for (const number of upTo(1_000)) call.write(numbered(number));
    call.end();
  });
  expect(await numbersIn(stream)).toEqual(upTo(1_000));
});

test('a refusal comes after the answers before it', async () => {
  const stream = ask((call) => {
    for (const number of upTo(200)) call.write(numbered(number));
    call.emit('error', { code: status.ABORTED, details: 'no more' });
  });
  const refused = once(stream, 'error');
  const numbers: number[] = [];
  stream.on('data', (bytes: Buffer) => numbers.push(bytes.readUInt32BE(0)));
  expect(await refused).toEqual([expect.objectContaining({ code: status.ABORTED, details: 'no more' })]);
  expect(numbers).toEqual(upTo(200));
});

test('an answer that cannot be sent ends the stream, whatever is written after it', async () => {
  const stream = ask((call) => {
    for (const message of [numbered(0), unsendable, ...upTo(200).map((number) => numbered(number))])
      call.write(message);
    call.end();
  });
  stream.resume();
  expect(await once(stream, 'error')).toEqual([expect.objectContaining({ code: status.INTERNAL })]);
  const next = ask((call) => {
    call.write(numbered(7));
    call.end();
  });
  expect(await numbersIn(next)).toEqual([7]);
});

test('a caller who does not read holds the answers up, and loses none', async () => {
  const count = 500;
  let taken = 0;
  const stream = ask((call) => {
    for (const number of upTo(count)) call.write(numbered(number, 64 * 1024), () => (taken += 1));
    call.end();
  });
  const numbers = numbersIn(stream);
  // Where this test fails, its stream is broken off.
  numbers.catch(() => undefined);
  stream.once('data', () => stream.pause());
  // What fits into windows and on the way is taken; from then on nothing is.
  let before = -1;
  while (before !== taken || taken === 0) {
    before = taken;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  expect(taken).toBeLessThan(150);
  stream.resume();
  expect(await numbers).toEqual(upTo(count));
  expect(taken).toBe(count);
});
