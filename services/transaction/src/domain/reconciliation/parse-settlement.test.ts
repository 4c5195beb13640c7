import fc from 'fast-check';
import { settlementParser, splitCsv } from './parse-settlement.ts';
import { parseAmount } from './parse-values.ts';
import type { FixedLayout, Parsed, Profile } from './settlement-file.ts';

const csvProfile: Profile = {
  name: 'csv',
  account: 'system:settlement:cards',
  mendAccount: 'system:card-network',
  encoding: 'utf-8',
  layout: { kind: 'csv', delimiter: ';', only: [] },
  amount: {
    source: { column: 'value' },
    format: 'decimal-comma',
    sign: { source: { column: 'dc' }, plus: ['C'], minus: ['D'] },
    ledgerSign: 'opposite',
  },
  date: { source: { column: 'day' }, format: 'DD/MM/YYYY' },
  fields: { nsu: { source: { column: 'nsu' }, required: true, trimZeros: true } },
};

const fixedLayout: FixedLayout = {
  kind: 'fixed',
  length: 30,
  type: { from: 1, to: 1 },
  header: '0',
  details: { type: '3', only: [] },
  trailers: [
    {
      type: '5',
      of: { opens: '1' },
      count: { source: { from: 2, to: 4 }, counts: 'records' },
      sum: { source: { from: 5, to: 14 } },
    },
    { type: '9', of: 'file', count: { source: { from: 2, to: 4 }, counts: 'details' } },
  ],
};
const fixedProfile: Profile = {
  ...csvProfile,
  name: 'fixed',
  layout: fixedLayout,
  amount: { source: { from: 2, to: 9 }, format: 'cents', ledgerSign: 'same' },
  date: { source: { from: 10, to: 17 }, format: 'YYYYMMDD' },
  fields: { nsu: { source: { from: 18, to: 30 }, required: true, trimZeros: false } },
};

function parse(profile: Profile, lines: readonly string[]) {
  const parser = settlementParser(profile);
  const parsed = lines.map((line) => parser.take(line));
  return { parsed, problems: parser.end() };
}

function rulesOf(parsed: Parsed | undefined): string[] {
  return parsed?.kind === 'malformed'
    ? parsed.problems.map(({ line, field, rule }) => `${line} ${field}: ${rule}`)
    : [];
}

const header = 'nsu;day;value;dc';

test('a line is a movement, seen from the ledger', () => {
  const { parsed, problems } = parse(csvProfile, [
    `\uFEFF${header}`,
    '007;19/11/2026;1.250,5;C',
    '"8";20/11/2026;3,00;D',
    '',
  ]);
  expect(problems).toEqual([]);
  expect(parsed).toEqual([
    { kind: 'other' },
    {
      kind: 'movement',
      line: { number: 2, amount: -125_050n, date: '2026-11-19', fields: { nsu: '7' } },
      written: 125_050n,
    },
    { kind: 'movement', line: { number: 3, amount: 300n, date: '2026-11-20', fields: { nsu: '8' } }, written: 300n },
    { kind: 'other' },
  ]);
});

test.each([
  [
    'every rule that it breaks',
    '000;31/02/2026;1,000;X',
    ['2 amount: must be an amount as decimal-comma', '2 date: must be a day as DD/MM/YYYY', '2 nsu: must not be empty'],
  ],
  ['a mark that is none', '1;19/11/2026;1,00;X', ['2 sign: must be one of C D']],
  ['two signs', '1;19/11/2026;-1,00;D', ['2 amount: must have no sign beside the mark']],
  ['nothing to move', '1;19/11/2026;0,00;C', ['2 amount: must not be zero']],
  ['too many values', '1;19/11/2026;1,00;C;', ['2 line: must have 4 values, and has 5']],
  ['an open quote', '"1;19/11/2026;1,00;C', ['2 line: a quoted value must end on its line']],
  ['what cannot be shown', '1\u001b[2J;19/11/2026;1,00;C', ['2 nsu: must be printable']],
  ['another century', '1;19/11/1226;1,00;C', ['2 date: must be a day as DD/MM/YYYY']],
])('a malformed line is named: %s', (_what, line, rules) => {
  const { parsed } = parse(csvProfile, [header, line, '1;19/11/2026;1,00;C']);
  expect(rulesOf(parsed[1])).toEqual(rules);
  expect(parsed[2]).toMatchObject({ kind: 'movement', line: { number: 3 } });
});

test('a file without the columns is told column by column', () => {
  const { problems } = parse(csvProfile, ['nsu;nsu;day']);
  expect(problems.map(({ rule }) => rule)).toEqual([
    'must name each column once',
    'must name the column value',
    'must name the column dc',
  ]);
  expect(parse(csvProfile, []).problems).toEqual([{ line: 1, field: 'header', rule: 'must name the columns' }]);
});

const record = (text: string) => text.padEnd(30);
const detail = (amount: number, nsu: string) => record(`3${String(amount).padStart(8, '0')}20261119${nsu}`);

test('records of a fixed width are read by their places, and each trailer fits what it closes', () => {
  const lines = [record('0'), record('1'), detail(100, 'a'), detail(250, 'b'), record('50040000000350')];
  const { parsed, problems } = parse(fixedProfile, [
    ...lines,
    record('1'),
    detail(1, 'c'),
    record('50030000000001'),
    record('9003'),
    '\u001a',
  ]);
  expect(problems).toEqual([]);
  expect(parsed.filter(({ kind }) => kind === 'movement')).toHaveLength(3);
  expect(parsed[2]).toMatchObject({ line: { number: 3, amount: 100n, date: '2026-11-19', fields: { nsu: 'a' } } });
});

test('a trailer that does not fit, one that is missing, and a header that is none are told', () => {
  const wrong = parse(fixedProfile, [
    record('1'),
    detail(100, 'a'),
    record('50090000000101'),
    record('9009'),
    record('3'),
  ]);
  expect(wrong.problems.map(({ line, rule }) => `${line} ${rule}`)).toEqual([
    '1 the first record must be of type 0',
    '3 says 9 records, and 3 were counted',
    '3 says a sum of 101, and 100 was counted',
    '4 says 9 details, and 1 were counted',
    '5 the last record must be of type 9',
  ]);
});

test('a record that cannot be read counts all the same, and its sum is not guessed', () => {
  const { parsed, problems } = parse(fixedProfile, [
    record('0'),
    record('1'),
    '3cut',
    record('50030000000000'),
    record('9001'),
  ]);
  expect(rulesOf(parsed[2])).toEqual(['3 line: must have 30 places, and has 4']);
  expect(problems).toEqual([{ line: 4, field: 'trailer', rule: 'its sum cannot be checked: 1 lines cannot be read' }]);
});

test.each([
  ['cents', '000123', 123n],
  ['cents', '1.23', undefined],
  ['cents', '9'.repeat(19), undefined],
  ['decimal-point', '-1.5', -150n],
  ['decimal-point', '1.234', undefined],
  ['decimal-comma', '1.234.567,89', 123_456_789n],
  ['decimal-comma', '12.34,00', undefined],
  ['decimal-comma', '1234,5', 123_450n],
  ['decimal-comma', '', undefined],
] as const)('%s: "%s" is %s', (format, text, amount) => {
  expect(parseAmount(text, format)).toBe(amount);
});

test('what a spreadsheet quotes comes back', () => {
  const value = fc.string().map((text) => text.replaceAll(/[\r\n]/g, ' '));
  fc.assert(
    fc.property(fc.array(value, { minLength: 1 }), (values) => {
      const line = values.map((text) => `"${text.replaceAll('"', '""')}"`).join(';');
      expect(splitCsv(line, ';')).toEqual(values);
    }),
  );
});

test('whatever the lines are, each is something, and none breaks the parser', () => {
  const line = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.string({ maxLength: 60 }),
    fc.constantFrom(
      header,
      record('0'),
      record('1'),
      record('5003'),
      record('9001'),
      detail(5, 'x'),
      '1;19/11/2026;1,00;C',
    ),
  );
  fc.assert(
    fc.property(fc.constantFrom(csvProfile, fixedProfile), fc.array(line, { maxLength: 30 }), (profile, lines) => {
      const { parsed } = parse(profile, lines);
      expect(parsed).toHaveLength(lines.length);
      for (const [index, one] of parsed.entries()) {
        if (one.kind === 'malformed')
          expect(new Set(one.problems.map((problem) => problem.line))).toEqual(new Set([index + 1]));
        if (one.kind === 'movement') expect([one.line.number, one.line.amount === 0n]).toEqual([index + 1, false]);
      }
    }),
    { numRuns: 500 },
  );
});
