import type { Balance } from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { call } from '@ipe/service-kit/grpc-client';
import { GrpcRefusal } from '@ipe/service-kit/refusal';
import { startFakeCards } from './fake-cards.ts';
import { Bank, type Environment, environment, makeTopics, startHere } from './service-under-test.ts';

// Jepsen's bank: money only ever moves between a few accounts. Whoever reads all of them at once must see all of it,
// at any time, also while the service stops and starts again.

const accountIds = Array.from({ length: 8 }, (_, number) => `acc_${number}`);
const eachBegins = 1_000n;
const transfersOfEach = 120;
const writers = 6;
const readers = 3;

let cards: Awaited<ReturnType<typeof startFakeCards>>;
let env: Environment;
let service: { stop: () => Promise<void> };
let bank: Bank;

beforeAll(async () => {
  cards = await startFakeCards();
  env = await environment(cards.address);
  await makeTopics(env);
  service = await startHere(env);
  bank = new Bank(env);
  for (const accountId of accountIds) {
    await bank.open(accountId);
    const funding = { fromAccountId: 'system:cash', toAccountId: accountId, amountCents: eachBegins };
    await bank.transfer(`fund-${accountId}`, funding);
  }
});

afterAll(async () => {
  bank.close();
  await service.stop();
  cards.stop();
});

test('the total is the same in every reading of all balances, and no account goes back', async () => {
  const done: string[] = [];
  const writing = Promise.all(Array.from({ length: writers }, (_, writer) => write(writer, done)));
  let isWriting = true;
  const reading = Promise.all(Array.from({ length: readers }, () => read(() => isWriting)));
  while (done.length < (writers * transfersOfEach) / 2) await new Promise((resolve) => setTimeout(resolve, 5));
  await service.stop();
  service = await startHere(env);
  await writing;
  isWriting = false;
  const readings = await reading;
  expect(done.length).toBe(writers * transfersOfEach);
  for (const count of readings) expect(count).toBeGreaterThan(20);
  expect(done.filter((fate) => fate === 'moved').length).toBeGreaterThan(100);
}, 60_000);

/** Moves money here and there; whoever is not answered asks again under the same key. */
async function write(writer: number, done: string[]): Promise<void> {
  for (let count = 0; count < transfersOfEach; count++) {
    const fromAccountId = accountIds[(writer * 7 + count * 3) % accountIds.length] ?? '';
    const toAccountId = accountIds[(writer + count * 5 + 1) % accountIds.length] ?? '';
    const amountCents = BigInt(1 + ((writer * 131 + count * 37) % 700));
    if (fromAccountId === toAccountId) done.push('nothing to move');
    else done.push(await untilTold(() => move(`w-${writer}-${count}`, { fromAccountId, toAccountId, amountCents })));
  }
}

async function move(key: string, changes: Parameters<Bank['transfer']>[1]): Promise<string> {
  try {
    await bank.transfer(key, changes);
    return 'moved';
  } catch (error) {
    if (error instanceof GrpcRefusal && error.reason === 'insufficient_funds') return 'refused';
    throw error;
  }
}

/** Answers how many readings there were. */
async function read(goesOn: () => boolean): Promise<number> {
  const total = eachBegins * BigInt(accountIds.length);
  let before: readonly Balance[] = [];
  let readings = 0;
  while (goesOn()) {
    const { balances } = await untilTold(() => call(bank.client, bank.client.getBalances, { accountIds }, 5_000));
    expect(balances.map(({ accountId }) => accountId)).toEqual(accountIds);
    expect(balances.reduce((sum, { postedCents }) => sum + postedCents, 0n)).toBe(total);
    expect(balances.filter(({ availableCents }) => availableCents < 0n)).toEqual([]);
    expect(before.filter(({ sequence }, at) => sequence > (balances[at]?.sequence ?? 0n))).toEqual([]);
    before = balances;
    readings += 1;
  }
  return readings;
}

/** Through a restart of the service. */
async function untilTold<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  const until = Date.now() + 20_000;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof GrpcRefusal) || Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
