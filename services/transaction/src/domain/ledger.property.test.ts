import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import type { PaperLedger } from '../../test/paper-ledger.ts';
import { Promises } from '../../test/promises.ts';
import { randomBank, type Step, step, take } from '../../test/random-steps.ts';
import { ProtobufJournalCodec } from '../adapters/protobuf/journal-codec.ts';
import { apply } from './apply.ts';
import { emptyLedger, type LedgerState } from './ledger-state.ts';

const codec = new ProtobufJournalCodec();

/** The records as the journal would hand them out again. */
function fromJournal({ records }: PaperLedger) {
  const encoded = records.map((record) => codec.encodeRecord(record));
  const header = { shard: 0, sequence: 1, writer: 'w', batchId: 'b', previousHash: '', decidedAt: 0 };
  return codec.decodeBatch(codec.encodeBatch(header, encoded).bytes).records;
}

function contentsOf({ accounts, transactions, answers, openHolds, decidedAt }: LedgerState) {
  return { accounts: [...accounts], transactions: [...transactions], answers: [...answers], openHolds, decidedAt };
}

/** Jest compares and explains slowly: it is asked only where there is something to explain. */
function expectEqual(actual: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(actual, expected)) expect(actual).toStrictEqual(expected);
}

/** A refusal changes nothing, and frees its key; an answer is given again under its key, and changes nothing more. */
function takeAndRepeat(ledger: PaperLedger, command: Step): void {
  const before = [ledger.records.length, ledger.state.answers.size];
  const outcome = take(ledger, command);
  if (!outcome) return;
  if (outcome.kind === 'refused' || outcome.replayed) {
    expectEqual([ledger.records.length, ledger.state.answers.size], before);
  }
  if (outcome.kind === 'refused') return;
  const records = ledger.records.length;
  expectEqual(take(ledger, command), { ...outcome, replayed: true });
  expectEqual(ledger.records.length, records);
}

test('whatever is asked, the promises hold, and the journal tells the same state again', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80, size: 'max' }), (steps) => {
      const ledger = randomBank();
      const promises = new Promises();
      for (const command of steps) {
        takeAndRepeat(ledger, command);
        promises.check(ledger);
      }
      const records = fromJournal(ledger);
      expectEqual(records, ledger.records);
      const replayed = emptyLedger();
      for (const record of records) apply(replayed, record);
      expectEqual(contentsOf(replayed), contentsOf(ledger.state));
    }),
    { numRuns: 150 },
  );
});

test('the random commands do what they are for: each kind is answered, and refused, often enough', () => {
  const counts = new Map<string, number>();
  for (const steps of fc.sample(fc.array(step, { minLength: 80, maxLength: 80 }), { numRuns: 60, seed: 7 })) {
    const ledger = randomBank();
    for (const command of steps) {
      const outcome = take(ledger, command);
      if (!outcome || (outcome.kind === 'answered' && outcome.replayed)) continue;
      const what = `${command.do} ${outcome.kind}`;
      counts.set(what, (counts.get(what) ?? 0) + 1);
    }
  }
  const kinds = ['transfer', 'post', 'template', 'hold', 'increment', 'capture', 'refund', 'void', 'reverse'];
  for (const kind of kinds) {
    for (const outcome of ['answered', 'refused']) {
      expect([kind, outcome, (counts.get(`${kind} ${outcome}`) ?? 0) >= 10]).toEqual([kind, outcome, true]);
    }
  }
});
