import { cents } from '@ipe/money/cents';
import { journalOf } from '../../../test/audited-journal.ts';
import { codec, TestScheduler } from '../../../test/live-ledger.ts';
import { PaperLedger, sha256 } from '../../../test/paper-ledger.ts';
import { reportLines, summaryLines } from '../../adapters/files/reconciliation-report.ts';
import { unboundedLimit } from '../../domain/account.ts';
import type { MatchingRule } from '../../domain/reconciliation/match-settlement.ts';
import type { Mend } from '../../domain/reconciliation/mend-settlement.ts';
import type { Profile } from '../../domain/reconciliation/settlement-file.ts';
import type { LedgerRecord } from '../../domain/record.ts';
import { Pace } from '../verification/pace.ts';
import { type FileLine, type Reconciliation, readSettlementFile, reconcileSettlement } from './reconcile-settlement.ts';

const account = 'system:settlement:cards';
const profile: Profile = {
  name: 'test',
  account,
  mendAccount: 'acc_network',
  encoding: 'utf-8',
  layout: { kind: 'csv', delimiter: ';', only: [] },
  amount: { source: { column: 'value' }, format: 'decimal-point', ledgerSign: 'opposite' },
  date: { source: { column: 'day' }, format: 'YYYY-MM-DD' },
  fields: {
    transaction: { source: { column: 'transaction' }, required: false, trimZeros: false },
    nsu: { source: { column: 'nsu' }, required: false, trimZeros: false },
  },
};
const days = { within: 1, days: 'business', as: 'compare' } as const;
const rules: MatchingRule[] = [
  {
    name: 'by-transaction',
    keys: [{ file: 'transaction', ledger: 'transactionId' }],
    amount: 'compare',
    date: days,
    cardinality: 'one-to-one',
  },
  { name: 'by-amount-and-day', keys: [{ file: 'date', ledger: 'date' }], amount: 'must', cardinality: 'one-to-one' },
];

/** A bank to which a card scheme has paid, day by day. */
function paidBank() {
  const bank = new PaperLedger();
  bank.now = Date.parse('2026-11-02T12:00:00.000Z');
  for (const id of [account, 'acc_network']) bank.open(id, unboundedLimit, 'ASSET');
  const pay = (day: string, amount: bigint) => {
    bank.now = Date.parse(`${day}T15:00:00.000Z`);
    bank.transfer(account, 'acc_network', amount);
    return lastTransaction(bank.records);
  };
  return { bank, pay };
}

function lastTransaction(records: readonly LedgerRecord[]): string {
  const change = records.at(-1)?.change;
  return change?.kind === 'transaction' ? change.transactions[0].transactionId : '';
}

async function* stream(lines: Iterable<FileLine>) {
  yield* lines;
}

function parts(journal: Awaited<ReturnType<typeof journalOf>>) {
  const scheduler = new TestScheduler();
  const pace = new Pace(scheduler, Number.POSITIVE_INFINITY);
  return { journal, codec, scheduler, pace, sha256, tell: () => undefined };
}

async function reconciled(
  bank: PaperLedger,
  lines: readonly string[],
  from?: string,
  until?: string,
): Promise<Reconciliation> {
  const command = { lines: stream(['transaction;nsu;day;value', ...lines]), profile, rules, shards: [0], from, until };
  const result = await reconcileSettlement(command, parts(await journalOf(bank.records, 3)));
  if ('kind' in result) throw new Error('there was nothing to reconcile');
  return result;
}

/** The ledger after the mends were posted, as the ledger itself would write them. */
function post(bank: PaperLedger, mends: readonly Mend[]): void {
  for (const { lines, metadata, effectiveOn } of mends) {
    const [own, other] = lines;
    const [from, to] = own.amount < 0n ? [own, other] : [other, own];
    bank.transfer(from.accountId, to.accountId, to.amount);
    const record = bank.records.at(-1);
    if (record?.change.kind !== 'transaction') throw new Error('a mend was not posted');
    const effectiveAt = effectiveOn === undefined ? undefined : Date.parse(`${effectiveOn}T15:00:00.000Z`);
    const [transaction] = record.change.transactions;
    const change = { ...record.change, transactions: [{ ...transaction, metadata, effectiveAt }] as const };
    bank.records[bank.records.length - 1] = { ...record, change };
  }
}

async function everyClass() {
  const { bank, pay } = paidBank();
  pay('2026-11-10', 1n);
  const same = pay('2026-11-18', 10_000n);
  const other = pay('2026-11-18', 20_000n);
  pay('2026-11-19', 30_000n);
  pay('2026-11-19', 40_000n);
  const late = pay('2026-11-23', 50_000n);
  const lines = [
    `${same};1;2026-11-18;100.00`,
    `${other};2;2026-11-18;205.00`,
    ';3;2026-11-19;300.00',
    ';4;2026-11-19;7.00',
    ';5;someday;1.00',
    `${late};6;2026-11-19;500.00`,
  ];
  return { bank, lines };
}

test('each line is matched, differing, missing, surplus or malformed, and a report says which', async () => {
  const { bank, lines } = await everyClass();
  const result = await reconciled(bank, lines);
  expect([result.from, result.until]).toEqual(['2026-11-18', '2026-11-19']);
  const report = [...reportLines(result)].map((row) => row.trimEnd());
  expect(report.map((row) => row.replaceAll(/t[0-9a-z]{14}/g, 'T'))).toEqual([
    'class,match,rule,file_line,file_date,file_amount,file_fields,entry,transaction,ledger_date,ledger_amount,why',
    'malformed,,,6,,,,,,,,date: must be a day as YYYY-MM-DD',
    `matched,1,by-transaction,2,2026-11-18,-100.00,transaction=T nsu=1,${account}.3,T,2026-11-18,-100.00,`,
    `differing,2,by-transaction,3,2026-11-18,-205.00,transaction=T nsu=2,${account}.4,T,2026-11-18,-200.00,amount`,
    `matched,3,by-amount-and-day,4,2026-11-19,-300.00,nsu=3,${account}.5,T,2026-11-19,-300.00,`,
    `matched,4,by-transaction,7,2026-11-19,-500.00,transaction=T nsu=6,${account}.7,T,2026-11-23,-500.00,`,
    'missing,,,5,2026-11-19,-7.00,nsu=4,,,,,',
    `surplus,,,,,,,${account}.6,T,2026-11-19,-400.00,`,
  ]);
  expect([...summaryLines(result)]).toEqual([
    '2026-11-18 to 2026-11-19: 7 lines in the file, 5 movements',
    'matched 3, -900.00',
    'differing 1, -205.00',
    'missing 1, -7.00 (in the file, and not in the ledger)',
    'surplus 1, -400.00 (in the ledger, and not in the file)',
    'malformed 1',
    '3 postings would mend it',
  ]);
});

test('the mends, once posted, leave nothing to mend; and the same file gives the same mends before', async () => {
  const { bank, lines } = await everyClass();
  const before = await reconciled(bank, lines);
  expect((await reconciled(bank, lines)).mends).toEqual(before.mends);
  bank.now = Date.parse('2026-12-01T12:00:00.000Z');
  post(bank, before.mends);
  const after = await reconciled(bank, lines);
  expect(after).toMatchObject({ missing: [], surplus: [], mends: [], settled: 3 });
  expect(after.matches.map(({ differs }) => differs)).toEqual([[], [], [], [], []]);
});

test('lines beyond the period may be matched, and are not missed', async () => {
  const { bank, pay } = paidBank();
  pay('2026-11-17', 100n);
  pay('2026-11-19', 100n);
  const result = await reconciled(bank, [], '2026-11-18', '2026-11-19');
  expect(result.surplus.map(({ date }) => date)).toEqual(['2026-11-19']);
});

test('a file without a movement, and no period, is nothing to compare', async () => {
  const command = { lines: stream(['rubbish']), profile, rules, shards: [0] };
  const result = await reconcileSettlement(command, parts(await journalOf(paidBank().bank.records)));
  expect(result).toMatchObject({ kind: 'nothing', file: { movements: [], lines: 1 } });
});

test('a hundred thousand lines are read as they come', async () => {
  function* many() {
    yield 'transaction;nsu;day;value';
    for (let line = 0; line < 100_000; line++) yield line % 1_000 === 7 ? undefined : `;${line};2026-11-19;1.00`;
  }
  const read = await readSettlementFile(stream(many()), profile);
  expect([read.lines, read.movements.length, read.malformed.length]).toEqual([100_001, 99_900, 100]);
  expect(read.malformed[0]).toEqual({ line: 9, field: 'line', rule: 'is too long' });
  expect(read.movements.at(-1)).toEqual({
    number: 100_001,
    amount: cents(-100n),
    date: '2026-11-19',
    fields: { nsu: '99999' },
  });
});
