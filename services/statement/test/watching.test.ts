import { status } from '@grpc/grpc-js';
import { LineStatus } from '@ipe/contracts/gen/bank/statement/v1/statement';
import { eventually } from '@ipe/testing/eventually';
import { uniqueName } from '@ipe/testing/unique-name';
import { AccountLedger } from './account-ledger.ts';
import { type RunningStatement, StatementUnderTest } from './statement-under-test.ts';

const bank = new StatementUnderTest();
let service: RunningStatement;

beforeAll(async () => {
  await bank.open();
  service = await bank.start({ MAX_WATCHERS: 3 });
});
afterAll(() => bank.close());

function newAccount(): AccountLedger {
  return new AccountLedger(uniqueName('acc').replace('-', '_'));
}

async function publishedTo(account: AccountLedger): Promise<void> {
  await bank.topic.tell(...account.events);
  const sequence = BigInt(account.events.length);
  const there = async () => expect(await service.position(account.accountId)).toMatchObject({ sequence });
  await eventually(there, { timeoutMs: 30_000 });
}

test('a watcher from now on sees each new line and each change of it, and nothing old', async () => {
  const account = newAccount();
  account.transfer(500n);
  await publishedTo(account);
  const watch = service.watch({ accountId: account.accountId });
  await watch.watching;
  const purchase = account.hold(300n);
  await bank.topic.tell(...account.events.slice(2));
  await eventually(() => expect(watch.lines).toHaveLength(1));
  await bank.topic.tell(purchase.capture(300n));
  await eventually(() => expect(watch.lines).toHaveLength(2));
  expect(watch.lines.map(({ sequence, status: where }) => [sequence, where])).toEqual([
    [3n, LineStatus.LINE_STATUS_PENDING],
    [4n, LineStatus.LINE_STATUS_POSTED],
  ]);
  expect(watch.lines[0]?.lineId).toBe(watch.lines[1]?.lineId);
  watch.leave();
});

test('a watcher that comes back with its last sequence has missed nothing and gets nothing twice', async () => {
  const account = newAccount();
  for (let n = 1n; n <= 5n; n += 1n) account.transfer(n);
  await publishedTo(account);
  const first = service.watch({ accountId: account.accountId, afterSequence: 0n });
  await eventually(() => expect(first.lines).toHaveLength(5));
  first.leave();
  for (let n = 6n; n <= 250n; n += 1n) account.transfer(n);
  await bank.topic.tell(...account.events.slice(6));
  const second = service.watch({ accountId: account.accountId, afterSequence: first.lines.at(-1)?.sequence });
  await eventually(() => expect(second.lines).toHaveLength(245));
  expect([...first.sequences(), ...second.sequences()]).toEqual(Array.from({ length: 250 }, (_, n) => BigInt(n + 2)));
  second.leave();
});

test('a line that another replica wrote reaches the watchers of this one', async () => {
  const account = newAccount();
  account.transfer(1n);
  // Two replicas share the group's partitions, so that one of them gets what the other's watcher waits for.
  const other = await bank.start();
  await publishedTo(account);
  const watches = [service, other].map((replica) => replica.watch({ accountId: account.accountId }));
  await Promise.all(watches.map(({ watching }) => watching));
  account.transfer(2n);
  await bank.topic.tell(...account.events.slice(2));
  for (const watch of watches) await eventually(() => expect(watch.sequences()).toEqual([3n]));
  for (const watch of watches) watch.leave();
  await other.stop();
});

test('a client that reads slowly holds up nobody, and gets everything in the end', async () => {
  const account = newAccount();
  for (let n = 1n; n <= 600n; n += 1n) account.transfer(n, `Aluguel ${'x'.repeat(200)}`);
  const watch = service.watch({ accountId: account.accountId, afterSequence: 0n });
  await watch.watching;
  watch.pause();
  await publishedTo(account);
  watch.resume();
  await eventually(() => expect(watch.lines).toHaveLength(600), { timeoutMs: 20_000 });
  expect(watch.sequences()).toEqual(Array.from({ length: 600 }, (_, n) => BigInt(n + 2)));
  watch.leave();
});

test('streams are bounded in number, and a client that leaves makes room', async () => {
  await eventually(async () => expect(await service.metrics()).toMatch(/^statement_watchers 0$/m));
  const watches = [1, 2, 3].map((n) => service.watch({ accountId: `acc_${n}` }));
  await Promise.all(watches.map(({ watching }) => watching));
  expect(await service.metrics()).toMatch(/^statement_watchers 3$/m);
  expect(await service.watch({ accountId: 'acc_4' }).ended).toMatchObject({ code: status.RESOURCE_EXHAUSTED });
  watches[0]?.leave();
  await eventually(async () => expect(await service.metrics()).toMatch(/^statement_watchers 2$/m));
  const next = service.watch({ accountId: 'acc_4' });
  await next.watching;
  for (const watch of [...watches, next]) watch.leave();
});

test.each([
  ['no account', []],
  ['an account twice', [{ accountId: 'acc_1' }, { accountId: 'acc_1' }]],
  ['twenty-one accounts', Array.from({ length: 21 }, (_, n) => ({ accountId: `acc_${n}` }))],
  ['a sequence below zero', [{ accountId: 'acc_1', afterSequence: -1n }]],
])('a stream of %s is refused', async (_what, accounts) => {
  expect(await service.watch(...accounts).ended).toMatchObject({ code: status.INVALID_ARGUMENT });
});

test('a service that stops ends its streams, and says that they may be opened again', async () => {
  const leaving = await bank.start();
  const watch = leaving.watch({ accountId: 'acc_1' });
  await watch.watching;
  const begin = Date.now();
  await leaving.stop();
  expect(await watch.ended).toMatchObject({ code: status.UNAVAILABLE });
  expect(Date.now() - begin).toBeLessThan(5_000);
});
