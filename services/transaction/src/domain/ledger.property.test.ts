import { cents } from '@ipe/money/cents';
import fc from 'fast-check';
import { PaperLedger, purchase, scope, sha256 } from '../../test/paper-ledger.ts';
import { ProtobufJournalCodec } from '../adapters/protobuf/journal-codec.ts';
import { available, unboundedLimit } from './account.ts';
import { apply } from './apply.ts';
import type { CardFinding } from './decide-authorize.ts';
import { chainText } from './entry.ts';
import { emptyLedger } from './ledger-state.ts';

// Random sequences of commands, sensible and not, on a small bank; after each step the promises are checked.

const accounts = ['acc_ana', 'acc_card', 'acc_shop', 'acc_other'];
const account = fc.constantFrom(...accounts);
const amount = fc.bigInt(1n, 60_000n);
const zeroOrAmount = fc.oneof(fc.constant(0n), fc.bigInt(1n, 30_000n));
const nth = fc.nat(30);
const key = fc.nat(40).map((number) => `k${number}`);
const verdict = fc.constantFrom<CardFinding['verdict']>('valid', 'valid', 'valid', 'wrong_cvv', 'card_state_unknown');

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('transfer' as const), from: account, to: account, amount, key }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('authorize' as const), amount, verdict, key }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('capture' as const), nth, amount: zeroOrAmount, final: fc.boolean(), key }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('refund' as const), nth, amount: zeroOrAmount, key }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('void' as const), nth, key }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), key }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reverse' as const), nth, key }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('limit' as const), account, limit: fc.bigInt(0n, 90_000n) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('status' as const),
      account,
      status: fc.constantFrom('ACTIVE' as const, 'ACTIVE' as const, 'FROZEN' as const, 'CLOSED' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: -1_000, max: 4 * 86_400_000 }) }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

function bank(): PaperLedger {
  const ledger = new PaperLedger();
  ledger.open('system:cash', unboundedLimit, 'ASSET');
  for (const id of accounts) ledger.open(id, id === 'acc_card' ? 50_000n : 0n);
  ledger.transfer('system:cash', 'acc_ana', 100_000n);
  ledger.transfer('system:cash', 'acc_other', 20_000n);
  return ledger;
}

function take(ledger: PaperLedger, command: Step): void {
  const id = 'nth' in command ? ([...ledger.state.transactions.keys()][command.nth] ?? 't-unknown') : '';
  const card = { cardId: 'crd_1', accountId: 'acc_card', lastFour: '4242' };
  // The body is the command itself, so that a key met again is now a replay, now a refusal.
  const idempotency = 'key' in command ? scope(command.key, bodyOf(command)) : scope('none');
  switch (command.do) {
    case 'transfer':
      ledger.transfer(command.from, command.to, command.amount, idempotency);
      break;
    case 'authorize':
      ledger.authorize(purchase(command.key, command.amount, { idempotency }), { ...card, verdict: command.verdict });
      break;
    case 'capture':
      ledger.capture(id, command.amount, command.final, idempotency);
      break;
    case 'refund':
      ledger.refund(id, command.amount, idempotency);
      break;
    case 'void':
      ledger.void(id, idempotency);
      break;
    case 'cancel':
      ledger.cancel(command.key);
      break;
    case 'reverse':
      ledger.reverse(id, idempotency);
      break;
    case 'limit':
      ledger.change(command.account, { limit: cents(command.limit) });
      break;
    case 'status':
      ledger.change(command.account, { status: command.status });
      break;
    case 'wait':
      ledger.now += command.ms;
      while (ledger.state.openHolds.size > 0) {
        const before = ledger.records.length;
        ledger.expire();
        if (ledger.records.length === before) break;
      }
  }
}

function bodyOf(command: Step): string {
  return JSON.stringify(command, (_name, value) => (typeof value === 'bigint' ? String(value) : value));
}

function checkPromises(ledger: PaperLedger): void {
  const all = [...ledger.state.accounts.values()];
  const transactions = [...ledger.state.transactions.values()];
  expect(all.reduce((sum, { posted }) => sum + posted, 0n)).toBe(0n);
  for (const one of all) {
    expect(available(one) >= 0n).toBe(true);
    expect(one.held >= 0n).toBe(true);
    const holds = transactions.filter(({ debitAccountId }) => debitAccountId === one.accountId);
    expect(holds.reduce((sum, { held }) => sum + held, 0n)).toBe(one.held);
  }
  for (const { amount: asked, captured, refunded, held } of transactions) {
    expect(refunded <= captured && captured + held <= asked).toBe(true);
  }
  expect(ledger.state.openHolds.size).toBe(transactions.filter(({ held }) => held > 0n).length);
}

function checkEntries(ledger: PaperLedger): void {
  const heads = new Map<string, { sequence: number; hash: string; posted: bigint }>();
  for (const { change } of ledger.records) {
    if (change.kind === 'cancelled') continue;
    expect(change.entries.reduce((sum, { postedDelta }) => sum + postedDelta, 0n)).toBe(0n);
    for (const entry of change.entries) {
      const head = heads.get(entry.accountId) ?? { sequence: 0, hash: '', posted: 0n };
      expect(entry.sequence).toBe(head.sequence + 1);
      expect(entry.posted).toBe(head.posted + entry.postedDelta);
      expect(entry.hash).toBe(sha256(chainText(head.hash, entry)));
      heads.set(entry.accountId, entry);
    }
  }
}

test('whatever is asked, the promises hold, and the journal tells the same state again', () => {
  const codec = new ProtobufJournalCodec();
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const ledger = bank();
      for (const command of steps) {
        take(ledger, command);
        checkPromises(ledger);
      }
      checkEntries(ledger);

      const encoded = ledger.records.map((record) => codec.encodeRecord(record));
      const header = { shard: 0, sequence: 1, writer: 'w', batchId: 'b', previousHash: '', decidedAt: 0 };
      const { records } = codec.decodeBatch(codec.encodeBatch(header, encoded).bytes);
      expect(records).toEqual(ledger.records);
      const replayed = emptyLedger();
      for (const record of records) apply(replayed, record);
      expect(replayed).toEqual(ledger.state);
    }),
    { numRuns: 150 },
  );
});
