import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSettlementFile } from '../../application/reconciliation/reconcile-settlement.ts';
import { fileLines } from './file-lines.ts';
import { readProfile, readRules, UnfitFile } from './reconciliation-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'ipe-profiles-'));
afterAll(() => rmSync(folder, { recursive: true }));
const own = fileURLToPath(new URL('../../../reconciliation-profiles/', import.meta.url));
const examples = fileURLToPath(new URL('../../../../../examples/', import.meta.url));

function file(content: unknown): string {
  const path = join(folder, 'file.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

function problemsOf(read: () => unknown): readonly string[] {
  try {
    read();
  } catch (error) {
    if (error instanceof UnfitFile) return error.problems;
    throw error;
  }
  return [];
}

test.each([
  ['cards-csv', 'settlement-cards.csv', ['000123', -125_000n, 5]],
  ['cards-cnab400', 'settlement-cards.ret', ['123', -125_000n, 3]],
  ['spi-cnab240', 'settlement-spi.ret', ['E9999999920261119120000000000001', -15_000n, 3]],
])(
  '%s reads its example without a problem, and its rules fit it',
  async (name, example, [reference, amount, count]) => {
    const profile = readProfile(join(own, `${name}.json`));
    expect(readRules(join(own, `${name}.rules.json`), profile).length).toBeGreaterThan(1);
    const lines = fileLines(createReadStream(join(examples, example)), profile.encoding);
    const read = await readSettlementFile(lines, profile);
    expect([...read.problems, ...read.malformed]).toEqual([]);
    expect(read.movements).toHaveLength(Number(count));
    expect(read.movements[0]?.amount).toBe(amount);
    expect(String(reference)).toContain(Object.values(read.movements[0]?.fields ?? {})[0] ?? 'nothing');
  },
);

test('everything that is wrong with a profile is told at once', () => {
  const profile = {
    ...{ name: 'a b', account: 'acc_1', mendAccount: 'acc_1', encoding: 'ebcdic' },
    layout: { kind: 'fixed', length: 100, type: { from: 1, to: 1 }, header: '0', details: { type: '1' } },
    amount: { source: { column: 'value' }, format: 'float', ledgerSign: 'same' },
    date: { source: { from: 5, to: 4 }, format: 'YYYYMMDD' },
    ...{ fields: {}, invented: 1 },
  };
  expect(problemsOf(() => readProfile(file(profile)))).toEqual([
    'name: must be 1 to 64 of A-Z a-z 0-9 _ . -',
    expect.stringMatching(/^encoding: /),
    expect.stringMatching(/^amount.format: /),
    'date.source: must not end before it begins',
    expect.stringMatching(/^the file: .*invented/),
  ]);
  const { invented: _invented, ...right } = profile;
  const source = { from: 90, to: 101 };
  const better = { ...right, name: 'a', encoding: 'latin1', amount: { ...right.amount, format: 'cents' } };
  const fields = { date: { source } };
  expect(problemsOf(() => readProfile(file({ ...better, fields, date: { source, format: 'YYYYMMDD' } })))).toEqual([
    'mendAccount: must not be the account itself',
    'fields.date: is a name with a meaning of its own',
    'amount.source: a file of fixed width has places, and no columns',
    'date.source: lies beyond the 100 places of a record',
    'fields.date.source: lies beyond the 100 places of a record',
  ]);
});

test('everything that is wrong with rules is told at once, also names that nobody has', () => {
  const profile = readProfile(join(own, 'cards-csv.json'));
  const rule = { name: 'one', keys: [], amount: 'must' };
  expect(
    problemsOf(() =>
      readRules(
        file({
          rules: [
            { ...rule, amount: 'compare' },
            { ...rule, cardinality: 'many-file' },
          ],
        }),
        profile,
      ),
    ),
  ).toEqual([
    'rules.0.keys: without keys the amount must agree',
    'rules.1.keys: a sum needs keys: any lines may come to any amount',
  ]);
  const keys = [{ file: 'nothing', ledger: 'metadata' }];
  expect(problemsOf(() => readRules(file({ rules: [rule, { ...rule, keys }] }), profile))).toEqual([
    'rules.1.name: is there twice',
    'rules.1.keys.0.file: the profile cards-csv has no field nothing',
    expect.stringMatching(/^rules\.1\.keys\.0\.ledger: must be date, amount, metadata\.<key>, transactionId/),
  ]);
});

test('a file that is no JSON, and none at all, are problems', () => {
  expect(problemsOf(() => readProfile(file('{')))).toEqual(['it is not JSON']);
  expect(problemsOf(() => readProfile(join(folder, 'none.json')))[0]).toContain('ENOENT');
});
