import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { accountsAt, ForgetfulLedger, lasting, memoryParts, watch } from '../../../test/forgetful-ledger.ts';
import type { PaperLedger } from '../../../test/paper-ledger.ts';
import { randomBank, type Step, step, take } from '../../../test/random-steps.ts';
import { balanceAsOf } from '../balance-as-of.ts';
import type { MemoryParts } from './shard-memory.ts';

/** Jest compares and explains slowly: it is asked only where there is something to explain. */
function expectEqual(actual: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(actual, expected)) expect(actual).toStrictEqual(expected);
}

type Upkeep = Readonly<{ do: 'checkpoint' | 'begin checkpoint' | 'restart' }>;

const upkeep = fc.constantFrom<Upkeep['do']>('checkpoint', 'checkpoint', 'begin checkpoint', 'restart');
const anything = fc.oneof(
  { weight: 5, arbitrary: step },
  { weight: 1, arbitrary: upkeep.map((what): Upkeep => ({ do: what })) },
);

/** A bank that remembers all, and one that forgets, and what each is told. */
class TwoBanks {
  readonly paper = randomBank();
  private readonly calls = watch(this.paper);

  private constructor(
    private readonly keepRecords: number,
    private readonly parts: MemoryParts,
    public forgetful: ForgetfulLedger,
  ) {}

  static async open(keepRecords: number): Promise<TwoBanks> {
    const { parts } = memoryParts();
    const banks = new TwoBanks(keepRecords, parts, await ForgetfulLedger.start(parts, { keepRecords }));
    for (const record of banks.paper.records) await banks.forgetful.write(record);
    return banks;
  }

  async take(what: Step | Upkeep): Promise<void> {
    switch (what.do) {
      case 'checkpoint':
        await this.forgetful.checkpoint();
        return this.forgetful.memory.settled();
      case 'begin checkpoint':
        void this.forgetful.checkpoint();
        return;
      case 'restart':
        return this.restart();
      default:
        take(this.paper, what);
        for (const { decide, moment, needs, outcome } of this.calls.splice(0)) {
          expectEqual(await this.forgetful.decide(decide, moment, needs), outcome);
        }
    }
  }

  async restart(): Promise<void> {
    await this.forgetful.memory.stop();
    this.forgetful = await ForgetfulLedger.start(this.parts, { keepRecords: this.keepRecords });
    expectEqual(lasting(this.forgetful.state), lasting(this.paper.state));
  }

  async expectToKnowAll(): Promise<void> {
    const { answers, transactions } = this.paper.state;
    for (const [key, stored] of answers) {
      await this.forgetful.bringBack({ keys: [key] });
      expectEqual(this.forgetful.state.answers.get(key), stored);
      const id = stored.transaction?.transactionId;
      if (id) expectEqual(this.forgetful.state.transactions.get(id), transactions.get(id));
      await this.forgetful.memory.letGo(this.forgetful.state);
    }
    for (const [id, transaction] of transactions) {
      await this.forgetful.bringBack({ transactions: [id] });
      expectEqual(this.forgetful.state.transactions.get(id), transaction);
    }
    await this.forgetful.bringBack({ keys: ['shop never-asked'], transactions: ['t00000000zzz000'] });
    expect(this.forgetful.state.answers.has('shop never-asked')).toBe(false);
  }

  async expectPast(fraction: number): Promise<void> {
    const { records, state }: PaperLedger = this.paper;
    const place = Math.floor(fraction * (records.length - 1));
    const instant = records[place]?.decidedAt ?? 0;
    const past = accountsAt(this.paper, instant);
    const parts = { shard: 0, journal: this.parts.journal, codec: this.parts.codec, memory: this.forgetful.memory };
    for (const account of state.accounts.values()) {
      const told = await balanceAsOf(parts, account, instant, records.length);
      expectEqual(told, past.get(account.accountId));
    }
    const first = state.accounts.get('acc_ana');
    if (first)
      expect(await balanceAsOf(parts, first, (records[0]?.decidedAt ?? 0) - 1, records.length)).toBe(undefined);
  }
}

test('whatever is forgotten, every decision is that of a ledger that never forgot', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anything, { maxLength: 70, size: 'max' }),
      fc.constantFrom(0, 0, 3, 20),
      fc.double({ min: 0, max: 1, noNaN: true }),
      async (steps, keepRecords, fraction) => {
        const banks = await TwoBanks.open(keepRecords);
        for (const what of steps) await banks.take(what);
        await banks.restart();
        await banks.expectToKnowAll();
        await banks.expectPast(fraction);
        await banks.forgetful.memory.stop();
      },
    ),
    { numRuns: 100 },
  );
}, 60_000);
