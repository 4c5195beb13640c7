import { type Client, credentials, makeGenericClientConstructor, Server } from '@grpc/grpc-js';
import { listening } from '@ipe/testing/listening';
import { service } from 'grpc-health-check';
import { addHealth } from './grpc-health.ts';
import { Readiness } from './readiness.ts';

type Answer = { status: string };
type HealthClient = Client & {
  check(request: { service: string }, answered: (error: Error | null, answer: Answer) => void): void;
  watch(request: { service: string }): NodeJS.EventEmitter & AsyncIterable<Answer> & { cancel(): void };
};

const name = 'bank.account.v1.AccountService';
const readiness = new Readiness();
const server = new Server();
let client: HealthClient;

beforeAll(async () => {
  readiness.notYet('journal');
  addHealth(server, [name], readiness);
  const address = await listening(server);
  const Health = makeGenericClientConstructor(service, 'Health');
  client = new Health(address, credentials.createInsecure()) as unknown as HealthClient;
});
afterAll(() => {
  client.close();
  server.forceShutdown();
});

const check = (of: string) =>
  new Promise<string>((resolve, reject) => {
    client.check({ service: of }, (error, answer) => (error ? reject(error) : resolve(answer.status)));
  });

test('health is SERVING while the service is ready, and whoever watches hears of each change', async () => {
  const watch = client.watch({ service: name });
  // Cancelled below: that is how a watch ends.
  watch.on('error', () => undefined);
  const told = watch[Symbol.asyncIterator]();
  const next = async () => (await told.next()).value?.status;
  expect([await next(), await check(''), await check(name)]).toEqual(['NOT_SERVING', 'NOT_SERVING', 'NOT_SERVING']);
  readiness.notYet('tables');
  readiness.now('journal');
  expect(await check(name)).toBe('NOT_SERVING');
  readiness.now('tables');
  expect([await next(), await check(''), await check(name)]).toEqual(['SERVING', 'SERVING', 'SERVING']);
  readiness.drain();
  expect([await next(), await check(''), await check(name)]).toEqual(['NOT_SERVING', 'NOT_SERVING', 'NOT_SERVING']);
  watch.cancel();
});

test('a service that is not served here is not known', async () => {
  await expect(check('bank.other.v1.OtherService')).rejects.toMatchObject({
    details: expect.stringMatching(/unknown/i),
  });
});
