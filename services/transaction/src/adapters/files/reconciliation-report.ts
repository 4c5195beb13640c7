import { formatCents } from '@ipe/money/cents';
import type { Reconciliation } from '../../application/reconciliation/reconcile-settlement.ts';
import type { LedgerLine, Match } from '../../domain/reconciliation/match-settlement.ts';
import type { SettlementLine } from '../../domain/reconciliation/settlement-file.ts';

const columns = [
  ...['class', 'match', 'rule', 'file_line', 'file_date', 'file_amount', 'file_fields'],
  ...['entry', 'transaction', 'ledger_date', 'ledger_amount', 'why'],
] as const;
type Row = Partial<Record<(typeof columns)[number], string>>;

/**
 * The report as CSV, a line each: first what is malformed, then matches in the file's order, then what is missing, then
 * what is surplus. Lines of one match share its number. The same reconciliation is the same to the byte.
 */
export function* reportLines({ file, matches, missing, surplus }: Reconciliation): Generator<string> {
  yield `${columns.join(',')}\n`;
  for (const { line, field, rule } of [...file.problems, ...file.malformed]) {
    yield csv({ class: 'malformed', file_line: String(line), why: `${field}: ${rule}` });
  }
  for (const [index, match] of matches.entries()) yield* matchRows(match, index + 1);
  for (const line of missing) yield csv({ class: 'missing', ...fileCells(line) });
  for (const line of surplus) yield csv({ class: 'surplus', ...ledgerCells(line) });
}

function* matchRows({ rule, differs, files, ledgers }: Match, number: number): Generator<string> {
  const about = {
    class: differs.length > 0 ? 'differing' : 'matched',
    match: String(number),
    rule,
    why: differs.join(' '),
  };
  for (let row = 0; row < Math.max(files.length, ledgers.length); row++) {
    const [line, ledger] = [files[row], ledgers[row]];
    yield csv({ ...about, ...(line ? fileCells(line) : {}), ...(ledger ? ledgerCells(ledger) : {}) });
  }
}

function fileCells({ number, date, amount, fields }: SettlementLine): Row {
  const said = Object.entries(fields).filter(([name]) => name !== 'reconciles_line');
  const file_fields = said.map(([name, value]) => `${name}=${value}`).join(' ');
  return { file_line: String(number), file_date: date, file_amount: formatCents(amount), file_fields };
}

function ledgerCells({ entry, transactionId, date, amount }: LedgerLine): Row {
  return { entry, transaction: transactionId, ledger_date: date, ledger_amount: formatCents(amount) };
}

function csv(row: Row): string {
  return `${columns.map((column) => cell(row[column] ?? '')).join(',')}\n`;
}

/** Quoted where it must be. A spreadsheet would take what begins like a formula for one; an amount is none. */
function cell(text: string): string {
  const safe = /^[=+@\t-]/.test(text) && !/^-\d+\.\d{2}$/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** What a person wants to know first. */
export function* summaryLines({
  file,
  matches,
  missing,
  surplus,
  settled,
  mends,
  from,
  until,
}: Reconciliation): Generator<string> {
  const differing = matches.filter(({ differs }) => differs.length > 0);
  const malformedLines = new Set(file.malformed.map(({ line }) => line)).size;
  yield `${from} to ${until}: ${file.lines} lines in the file, ${file.movements.length} movements`;
  for (const { line, field, rule } of file.problems) yield `the file itself: line ${line}, ${field}: ${rule}`;
  yield row(
    'matched',
    matches.length - differing.length,
    matches.filter(({ differs }) => differs.length === 0).flatMap(({ files }) => files),
  );
  yield row(
    'differing',
    differing.length,
    differing.flatMap(({ files }) => files),
  );
  yield row('missing', missing.length, missing, 'in the file, and not in the ledger');
  yield row('surplus', surplus.length, surplus, 'in the ledger, and not in the file');
  yield `malformed ${malformedLines}`;
  if (settled > 0) yield `mended earlier: ${settled} lines of the ledger`;
  yield `${mends.length} postings would mend it`;
}

function row(name: string, count: number, lines: readonly { amount: bigint }[], explained?: string): string {
  const sum = formatCents(lines.reduce((total, { amount }) => total + amount, 0n) as Parameters<typeof formatCents>[0]);
  return `${name} ${count}, ${sum}${explained ? ` (${explained})` : ''}`;
}
