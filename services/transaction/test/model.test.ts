import { promisify } from 'node:util';
import { status } from '@grpc/grpc-js';
import { AccountClass, AccountStatus, type Transaction } from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { call } from '@ipe/service-kit/grpc-client';
import { GrpcRefusal } from '@ipe/service-kit/refusal';
import fc from 'fast-check';
import { AccountantsBook, type Asked, free, type Told } from './accountants-book.ts';
import { startFakeCards } from './fake-cards.ts';
import { Bank, type Environment, environment, makeTopics, startHere } from './service-under-test.ts';

// The real service on the real engine, beside a book kept by hand: whatever is asked, in whatever order, at the same
// time, again, or while the service goes down, both must tell the same.

let cards: Awaited<ReturnType<typeof startFakeCards>>;
let env: Environment;
let service: { stop: () => Promise<void> };
let bank: Bank;
let runs = 0;

beforeAll(async () => {
  cards = await startFakeCards();
  env = await environment(cards.address, { RECORDS_IN_MEMORY: '5' });
  await makeTopics(env);
  service = await startHere(env);
  bank = new Bank(env);
});

afterAll(async () => {
  bank.close();
  await service.stop();
  cards.stop();
});

const vault = 9_999_999_999_999n;
const limits = { ana: 0n, bia: 5_000n, shop: 0n } as const;
const account = fc.constantFrom('ana', 'bia', 'shop');
const giver = fc.constantFrom('cash', 'ana', 'bia', 'shop');
const amount = fc.bigInt(1n, 6_000n);
const zeroOrAmount = fc.oneof(fc.constant(0n), amount);
/** Few keys, so that they meet again: as a repetition, or with another body. They also name what they moved. */
const key = fc.nat(14).map((number) => `k${number}`);

const movesMoney = ({ from, to }: { from: string; to: string }) => from !== to;

const asked: fc.Arbitrary<Asked> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('transfer' as const), from: giver, to: account, amount }).filter(movesMoney),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('hold' as const), from: account, to: account, amount }).filter(movesMoney),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('increment' as const), of: key, amount }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('capture' as const),
      of: key,
      amount: zeroOrAmount,
      final: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('void' as const), of: key }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('refund' as const), of: key, amount: zeroOrAmount }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('reverse' as const), of: key, amount: zeroOrAmount }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('limit' as const), account, limit: fc.bigInt(0n, 9_000n) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('freeze' as const), account, frozen: fc.boolean() }) },
);
const question = fc.record({ key, asked });
type Question = { key: string; asked: Asked };

/** One after the other, at the same time, the same several times at once, or while the service stops and starts. */
const step = fc.oneof(
  { weight: 10, arbitrary: fc.record({ how: fc.constant('alone' as const), questions: fc.tuple(question) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      how: fc.constant('racing' as const),
      questions: fc.array(question, { minLength: 2, maxLength: 4 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ how: fc.constant('twenty times' as const), questions: fc.tuple(question) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      how: fc.constant('during a restart' as const),
      questions: fc.array(question, { minLength: 1, maxLength: 3 }),
    }),
  },
);

test('whatever is asked, the service and a book kept by hand tell the same', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 30, size: 'max' }), async (steps) => {
      runs += 1;
      const one = await Run.begin(`m${runs}`);
      for (const { how, questions } of steps) await one.take(how, questions);
    }),
    { numRuns: 10 },
  );
}, 120_000);

/** One sequence of steps, with accounts and keys of its own. */
class Run {
  private book = new AccountantsBook();
  /** The service's ids of what was moved under a key. */
  private readonly ids = new Map<string, string>();

  private constructor(private readonly name: string) {}

  static async begin(name: string): Promise<Run> {
    const run = new Run(name);
    run.book.open('cash', vault);
    for (const [id, limit] of Object.entries({ cash: vault, ...limits })) {
      run.book.open(id, limit);
      const accountClass = AccountClass.ACCOUNT_CLASS_LIABILITY;
      const idempotencyKey = `${name}-open-${id}`;
      const accountId = `${name}_${id}`;
      const request = { caller: 'model', idempotencyKey, accountId, accountClass, currency: 'BRL', limitCents: limit };
      await call(bank.client, bank.client.openAccount, request, 5_000);
    }
    return run;
  }

  async take(how: string, questions: readonly Question[]): Promise<void> {
    const all = how === 'twenty times' ? Array.from({ length: 20 }, () => questions).flat() : questions;
    const told =
      how === 'during a restart'
        ? await this.askDuringRestart(all)
        : await Promise.all(all.map((one) => this.ask(one)));
    if (how === 'twenty times') {
      // Equal questions: in whatever order, they are answered alike.
      const [first] = all;
      if (first) expect(told).toEqual(all.map(() => this.book.ask(first.key, first.asked)));
    } else this.book = this.bookAfter(all, told);
    await this.checkBalances();
  }

  /** Asked at the same time: there must be an order in which the book tells the same. */
  private bookAfter(questions: readonly Question[], told: readonly Told[]): AccountantsBook {
    for (const order of ordersOf(questions.length)) {
      const book = this.book.copy();
      const expected: Told[] = [];
      for (const at of order) {
        const one = questions[at];
        if (one) expected[at] = book.ask(one.key, one.asked);
      }
      if (questions.every((_, at) => equal(expected[at], told[at]))) return book;
    }
    const book = this.book.copy();
    expect({ questions, told }).toEqual({ questions, told: questions.map((one) => book.ask(one.key, one.asked)) });
    throw new Error('the orders differ');
  }

  /** Whoever was not answered asks again under the same key, once the service is back. */
  private async askDuringRestart(questions: readonly Question[]): Promise<Told[]> {
    const first = questions.map((one) => this.ask(one).catch(() => undefined));
    await service.stop();
    service = await startHere(env);
    await promisify(bank.client.waitForReady.bind(bank.client))(Date.now() + 10_000);
    const told = await Promise.all(first);
    return Promise.all(questions.map((one, at) => told[at] ?? this.ask(one)));
  }

  private async ask({ key: shortKey, asked: what }: Question): Promise<Told> {
    try {
      return await this.write(shortKey, what);
    } catch (error) {
      // Refused by the rules of the ledger: what a caller cannot mend by asking again.
      if (error instanceof GrpcRefusal && refusing.has(error.code)) return { refused: error.reason };
      throw error;
    }
  }

  private async write(shortKey: string, what: Asked): Promise<Told> {
    const { client } = bank;
    const same = { caller: 'model', idempotencyKey: `${this.name}-${shortKey}` };
    if (what.do === 'limit' || what.do === 'freeze') {
      const frozen = what.do === 'freeze' && what.frozen;
      const newStatus = frozen ? AccountStatus.ACCOUNT_STATUS_FROZEN : AccountStatus.ACCOUNT_STATUS_ACTIVE;
      const change =
        what.do === 'limit'
          ? { limitCents: what.limit, status: AccountStatus.ACCOUNT_STATUS_UNSPECIFIED }
          : { limitCents: undefined, status: newStatus };
      const request = { ...same, accountId: `${this.name}_${what.account}`, ...change };
      const { balance } = await call(client, client.changeAccount, request, 5_000);
      if (!balance) throw new Error('no account was told');
      const isFrozen = balance.status === AccountStatus.ACCOUNT_STATUS_FROZEN;
      return { posted: balance.postedCents, held: balance.heldCents, limit: balance.limitCents, frozen: isFrozen };
    }
    return this.told(shortKey, await this.movement(same, what));
  }

  private async movement(
    same: { caller: string; idempotencyKey: string },
    what: Exclude<Asked, { account: string }>,
  ): Promise<Transaction | undefined> {
    const { client } = bank;
    const description = '';
    if (what.do === 'transfer' || what.do === 'hold') {
      const fromAccountId = `${this.name}_${what.from}`;
      const toAccountId = `${this.name}_${what.to}`;
      const request = {
        ...same,
        fromAccountId,
        toAccountId,
        amountCents: what.amount,
        currency: 'BRL',
        description,
        metadata: {},
        effectiveAt: undefined,
        expiresAt: undefined,
        followsTransactionId: '',
      };
      const { transaction } = await (what.do === 'transfer'
        ? call(client, client.transfer, request, 5_000)
        : call(client, client.hold, request, 5_000));
      return transaction;
    }
    const transactionId = this.ids.get(what.of) ?? 't00000000000000';
    const request = { ...same, transactionId, amountCents: 'amount' in what ? what.amount : 0n };
    switch (what.do) {
      case 'increment':
        return (await call(client, client.increment, request, 5_000)).transaction;
      case 'capture':
        return (await call(client, client.capture, { ...request, final: what.final }, 5_000)).transaction;
      case 'void':
        return (await call(client, client.void, request, 5_000)).transaction;
      case 'refund':
        return (await call(client, client.refund, request, 5_000)).transaction;
      case 'reverse':
        return (await call(client, client.reverse, { ...request, reason: '', lines: [] }, 5_000)).transaction;
    }
  }

  private told(shortKey: string, transaction: Transaction | undefined): Told {
    if (!transaction) throw new Error('no transaction was told');
    const { transactionId, version, debitAccountId, creditAccountId } = transaction;
    if (version === 1) this.ids.set(shortKey, transactionId);
    return {
      from: debitAccountId.slice(this.name.length + 1),
      to: creditAccountId.slice(this.name.length + 1),
      amount: transaction.amountCents,
      held: transaction.heldCents,
      captured: transaction.capturedCents,
      refunded: transaction.refundedCents,
      reversed: transaction.reversedCents,
    };
  }

  private async checkBalances(): Promise<void> {
    const ids = [...this.book.accounts.keys()];
    const request = { accountIds: ids.map((id) => `${this.name}_${id}`) };
    const { balances } = await call(bank.client, bank.client.getBalances, request, 5_000);
    const found = balances.map(({ accountId, postedCents: posted, heldCents: held, limitCents: limit }) => ({
      id: accountId.slice(this.name.length + 1),
      posted,
      held,
      limit,
    }));
    expect(found).toEqual(
      ids.map((id) => {
        const { posted = 0n, held = 0n, limit = 0n } = this.book.accounts.get(id) ?? {};
        return { id, posted, held, limit };
      }),
    );
    expect(balances.reduce((sum, { postedCents }) => sum + postedCents, 0n)).toBe(0n);
    for (const line of this.book.accounts.values()) expect(free(line) >= 0n).toBe(true);
  }
}

/** How the ledger refuses. Any other status says nothing about the request: the service is on its way down or up. */
const refusing = new Set([
  status.FAILED_PRECONDITION,
  status.NOT_FOUND,
  status.ALREADY_EXISTS,
  status.INVALID_ARGUMENT,
]);

function* ordersOf(count: number, begun: readonly number[] = []): Generator<readonly number[]> {
  if (begun.length === count) yield begun;
  for (let next = 0; next < count; next++) if (!begun.includes(next)) yield* ordersOf(count, [...begun, next]);
}

function equal(one: Told | undefined, other: Told | undefined): boolean {
  const text = (told: Told | undefined) =>
    JSON.stringify(Object.entries(told ?? {}).sort(), (_name, value) =>
      typeof value === 'bigint' ? String(value) : value,
    );
  return text(one) === text(other);
}
