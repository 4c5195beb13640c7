import { cents } from '@ipe/money/cents';
import fc from 'fast-check';
import { sha256 } from '../../../test/paper-ledger.ts';
import { type LedgerLine, type MatchingRule, matchSettlement } from './match-settlement.ts';
import { mendedRule, mendsOf, withKeys, withMends } from './mend-settlement.ts';
import type { Profile, SettlementLine } from './settlement-file.ts';

function inFile(
  number: number,
  amount: bigint,
  date = '2026-11-19',
  fields: Record<string, string> = {},
): SettlementLine {
  return { number, amount: cents(amount), date, fields };
}

function inLedger(
  sequence: number,
  amount: bigint,
  date = '2026-11-19',
  fields: Record<string, string> = {},
): LedgerLine {
  const transactionId = `t${sequence}`;
  return { entry: `acc.${sequence}`, sequence, transactionId, amount: cents(amount), date, fields };
}

const reference: MatchingRule = {
  name: 'reference',
  keys: [{ file: 'ref', ledger: 'ref' }],
  amount: 'compare',
  date: { within: 1, days: 'business', as: 'compare' },
  cardinality: 'one-to-one',
};
const amountAndDay: MatchingRule = {
  name: 'amount',
  keys: [],
  amount: 'must',
  date: { within: 2, days: 'business', as: 'must' },
  cardinality: 'one-to-one',
};
const lot: MatchingRule = {
  ...reference,
  name: 'lot',
  keys: [{ file: 'lot', ledger: 'lot' }],
  cardinality: 'many-ledger',
};

function told(files: SettlementLine[], ledgers: LedgerLine[], rules: MatchingRule[]) {
  const { matches, missing, surplus } = matchSettlement(files, ledgers, rules);
  return {
    matches: matches.map(({ rule, differs, files: some, ledgers: others }) =>
      [rule, some.map(({ number }) => number), others.map(({ sequence }) => sequence), ...differs].flat().join(' '),
    ),
    missing: missing.map(({ number }) => number),
    surplus: surplus.map(({ sequence }) => sequence),
  };
}

test('the same reference is the same movement: as it should be, with another amount, on another day', () => {
  const files = [
    inFile(1, 100n, '2026-11-19', { ref: 'a' }),
    inFile(2, 200n, '2026-11-19', { ref: 'b' }),
    inFile(3, 300n, '2026-11-10', { ref: 'c' }),
    inFile(4, 400n, '2026-11-19', { ref: 'd' }),
  ];
  const ledgers = [
    // Friday the 20th is a holiday: Monday is one business day later.
    inLedger(1, 100n, '2026-11-23', { ref: 'a' }),
    inLedger(2, 201n, '2026-11-19', { ref: 'b' }),
    inLedger(3, 300n, '2026-11-19', { ref: 'c' }),
    inLedger(5, 500n, '2026-11-19', { ref: 'e' }),
  ];
  expect(told(files, ledgers, [reference])).toEqual({
    matches: ['reference 1 1', 'reference 2 2 amount', 'reference 3 3 date'],
    missing: [4],
    surplus: [5],
  });
});

test('of lines with one reference those that agree find each other first', () => {
  const files = [inFile(1, 100n, '2026-11-19', { ref: 'a' }), inFile(2, 200n, '2026-11-19', { ref: 'a' })];
  const ledgers = [inLedger(1, 200n, '2026-11-19', { ref: 'a' }), inLedger(2, 150n, '2026-11-19', { ref: 'a' })];
  expect(told(files, ledgers, [reference]).matches).toEqual(['reference 1 2 amount', 'reference 2 1']);
});

test('as many lines as can be find each other by amount and day', () => {
  const files = [inFile(1, 100n, '2026-11-18'), inFile(2, 100n, '2026-11-16')];
  const ledgers = [inLedger(1, 100n, '2026-11-18'), inLedger(2, 100n, '2026-11-23')];
  // The nearest for line 1 would be entry 1, and then line 2 would have none.
  expect(told(files, ledgers, [amountAndDay])).toEqual({
    matches: ['amount 1 2', 'amount 2 1'],
    missing: [],
    surplus: [],
  });
});

test('one line may be the sum of several; several on both sides are nobody’s', () => {
  const part = (sequence: number, amount: bigint, its = 'L1') => inLedger(sequence, amount, '2026-11-19', { lot: its });
  const ledgers = [part(1, 60n), part(2, 40n), part(3, 1n, 'L2'), part(4, 7n, 'L3')];
  const whole = (number: number, amount: bigint, its: string) => inFile(number, amount, '2026-11-19', { lot: its });
  const files = [whole(1, 100n, 'L1'), whole(2, 5n, 'L2'), whole(3, 3n, 'L3'), whole(4, 4n, 'L3')];
  expect(told(files, ledgers, [lot])).toEqual({
    matches: ['lot 1 1 2', 'lot 2 3 amount'],
    missing: [3, 4],
    surplus: [4],
  });
  const turned: MatchingRule = { ...lot, cardinality: 'many-file' };
  expect(told(files, ledgers, [turned])).toMatchObject({ matches: ['lot 2 3 amount', 'lot 3 4 4'], missing: [1] });
});

const day = fc.integer({ min: 10, max: 28 }).map((number) => `2026-11-${number}`);
const said = fc.record({ ref: fc.constantFrom('a', 'b', 'c'), lot: fc.constantFrom('x', 'y') }, { requiredKeys: [] });
const amount = fc.bigInt(-3n, 3n).filter((some) => some !== 0n);
const line = fc.tuple(amount, day, said);
const files = fc
  .array(line, { maxLength: 25 })
  .map((lines) => lines.map(([its, date, fields], at) => inFile(at + 1, its, date, fields)));
const ledgers = fc
  .array(line, { maxLength: 25 })
  .map((lines) => lines.map(([its, date, fields], at) => inLedger(at + 1, its, date, fields)));
const key = fc.constantFrom('ref', 'lot', 'date').map((name) => ({ file: name, ledger: name }));
const date = fc.record({
  within: fc.integer({ min: 0, max: 3 }),
  days: fc.constantFrom('business' as const, 'calendar' as const),
  as: fc.constantFrom('must' as const, 'compare' as const),
});
const rule = fc
  .record({
    name: fc.constantFrom('one', 'two', 'three'),
    keys: fc.uniqueArray(key, { maxLength: 2 }),
    amount: fc.constantFrom('must' as const, 'compare' as const),
    date: fc.option(date, { nil: undefined }),
    cardinality: fc.constantFrom('one-to-one' as const, 'many-ledger' as const, 'many-file' as const),
  })
  .filter(
    ({ keys, amount: agreement, cardinality }) =>
      keys.length > 0 || (agreement === 'must' && cardinality === 'one-to-one'),
  );
const rules = fc.array(rule, { maxLength: 4 });

test('every line is in exactly one class, whatever the rules', () => {
  fc.assert(
    fc.property(files, ledgers, rules, (some, others, by) => {
      const { matches, missing, surplus } = matchSettlement(some, others, by);
      const numbers = [...matches.flatMap((match) => match.files), ...missing].map(({ number }) => number);
      expect(numbers.sort((a, b) => a - b)).toEqual(some.map(({ number }) => number));
      const sequences = [...matches.flatMap((match) => match.ledgers), ...surplus].map(({ sequence }) => sequence);
      expect(sequences.sort((a, b) => a - b)).toEqual(others.map(({ sequence }) => sequence));
      for (const { differs, files: its, ledgers: theirs } of matches) {
        const difference =
          its.reduce((sum, one) => sum + one.amount, 0n) - theirs.reduce((sum, one) => sum + one.amount, 0n);
        expect(differs.includes('amount')).toBe(difference !== 0n);
      }
    }),
    { numRuns: 500 },
  );
});

test('the order in which lines are given makes no difference', () => {
  fc.assert(
    fc.property(files, ledgers, rules, (some, others, by) => {
      expect(matchSettlement(some.toReversed(), others.toReversed(), by)).toEqual(matchSettlement(some, others, by));
    }),
    { numRuns: 200 },
  );
});

test('turned round, as many lines match, and what is missing is surplus', () => {
  const turnedFile = ({ sequence, ...rest }: LedgerLine): SettlementLine => ({
    ...inFile(sequence, rest.amount, rest.date, rest.fields),
  });
  const turnedLedger = ({ number, ...rest }: SettlementLine): LedgerLine =>
    inLedger(number, rest.amount, rest.date, rest.fields);
  const turnedRule = (one: MatchingRule): MatchingRule => ({
    ...one,
    cardinality:
      one.cardinality === 'many-file' ? 'many-ledger' : one.cardinality === 'many-ledger' ? 'many-file' : 'one-to-one',
  });
  fc.assert(
    fc.property(files, ledgers, rules, (some, others, by) => {
      const there = matchSettlement(some, others, by);
      const back = matchSettlement(others.map(turnedFile), some.map(turnedLedger), by.map(turnedRule));
      expect(back.missing.map(({ number }) => number)).toEqual(there.surplus.map(({ sequence }) => sequence));
      expect(back.surplus.map(({ sequence }) => sequence)).toEqual(there.missing.map(({ number }) => number));
    }),
    { numRuns: 300 },
  );
});

const profile: Profile = {
  name: 'test',
  account: 'acc',
  mendAccount: 'acc_other',
  encoding: 'utf-8',
  layout: { kind: 'csv', delimiter: ';', only: [] },
  amount: { source: { column: 'a' }, format: 'cents', ledgerSign: 'same' },
  date: { source: { column: 'd' }, format: 'YYYY-MM-DD' },
  fields: {},
};

test('what is mended matches the next time, and nothing is left to mend', () => {
  // A rule that finds a line again by what the mending does not touch: the line itself.
  const own: MatchingRule = { ...reference, date: undefined };
  fc.assert(
    fc.property(files, ledgers, (some, others) => {
      const keyed = withKeys(some, profile.account, sha256);
      const first = matchSettlement(keyed, others, [mendedRule, own]);
      const mends = mendsOf(first, profile, sha256);
      expect(new Set(mends.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(mends.length);
      const posted = mends.map((mend, at): LedgerLine => {
        const fields = Object.fromEntries(
          Object.entries(mend.metadata).map(([name, value]) => [`metadata.${name}`, value]),
        );
        return inLedger(1_000 + at, mend.lines[0].amount, mend.effectiveOn ?? '2026-12-01', fields);
      });
      const { lines, settled } = withMends([...others, ...posted]);
      const again = matchSettlement(keyed, lines, [mendedRule, own]);
      expect(lines.length + settled).toBe(others.length + posted.length);
      expect(mendsOf(again, profile, sha256)).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test('a mend moves what differs, names what it mends, and sums to zero', () => {
  const keyed = withKeys(
    [inFile(1, 100n, '2026-11-19', { ref: 'a' }), inFile(2, 7n, '2026-11-18', { ref: 'z' })],
    'acc',
    sha256,
  );
  const matching = matchSettlement(keyed, [inLedger(4, 90n, '2026-11-19', { ref: 'a' }), inLedger(5, 3n)], [reference]);
  const mends = mendsOf(matching, profile, sha256);
  expect(
    mends.map(({ why, lines, effectiveOn }) => [
      why,
      ...lines.map((one) => `${one.accountId} ${one.amount}`),
      effectiveOn,
    ]),
  ).toEqual([
    ['differing', 'acc 10', 'acc_other -10', undefined],
    ['missing', 'acc 7', 'acc_other -7', '2026-11-18'],
    ['surplus', 'acc -3', 'acc_other 3', undefined],
  ]);
  expect(mends[0]).toMatchObject({ metadata: { reconciles_entry: 'acc.4' }, followsTransactionId: 't4' });
  expect(mends[1]?.metadata).toMatchObject({ ref: 'z', reconciles_line: keyed[1]?.fields['reconciles_line'] });
});
