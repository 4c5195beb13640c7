import { businessDayNumber, dayNumber, type LocalDate } from '@ipe/brazil/bank-calendar';
import type { Cents } from '@ipe/money/cents';
import type { SettlementLine } from './settlement-file.ts';

/** A line of the settlement account in the ledger. */
export type LedgerLine = Readonly<{
  /** `<account>.<sequence>`, as the entry's event is named. */
  entry: string;
  sequence: number;
  transactionId: string;
  amount: Cents;
  /** The day in São Paulo on which it counts. */
  date: LocalDate;
  /** What rules may look at: transactionId, orderId, metadata.<key> and the like. */
  fields: Readonly<Record<string, string>>;
}>;

/** must: only lines that agree in it belong together. compare: lines that belong together may differ in it, and are told. */
export type Agreement = 'must' | 'compare';

/** How lines find each other. Rules are tried one after the other, each on what those before it left. */
export type MatchingRule = Readonly<{
  name: string;
  /** What must be the same, each on its side; a line that lacks one of them takes no part. */
  keys: readonly Readonly<{ file: string; ledger: string }>[];
  amount: Agreement;
  /** Absent: the days do not matter. */
  date?: Readonly<{ within: number; days: 'business' | 'calendar'; as: Agreement }> | undefined;
  /** many-ledger: the sum of several ledger lines is one line of the file; many-file: the other way. */
  cardinality: 'one-to-one' | 'many-ledger' | 'many-file';
}>;

export type Match = Readonly<{
  rule: string;
  /** Empty: it matches. */
  differs: readonly ('amount' | 'date')[];
  files: readonly SettlementLine[];
  ledgers: readonly LedgerLine[];
}>;

/** Every line given is in exactly one match, or in one of the two rests. */
export type Matching = Readonly<{
  matches: readonly Match[];
  missing: readonly SettlementLine[];
  surplus: readonly LedgerLine[];
}>;

type Line = SettlementLine | LedgerLine;

/** Matches a file's lines with the ledger's. The same lines, in whatever order, give the same result. */
export function matchSettlement(
  files: readonly SettlementLine[],
  ledgers: readonly LedgerLine[],
  rules: readonly MatchingRule[],
): Matching {
  let missing = [...files].sort((a, b) => a.number - b.number);
  let surplus = [...ledgers].sort((a, b) => a.sequence - b.sequence);
  const matches: Match[] = [];
  for (const rule of rules) {
    const found = applyRule(rule, missing, surplus);
    if (found.length === 0) continue;
    matches.push(...found);
    const taken = new Set<Line>(found.flatMap((match) => [...match.files, ...match.ledgers]));
    missing = missing.filter((line) => !taken.has(line));
    surplus = surplus.filter((line) => !taken.has(line));
  }
  return { matches: matches.sort((a, b) => firstNumber(a) - firstNumber(b)), missing, surplus };
}

function firstNumber({ files }: Match): number {
  return files[0]?.number ?? 0;
}

function applyRule(rule: MatchingRule, files: readonly SettlementLine[], ledgers: readonly LedgerLine[]): Match[] {
  const ledgersByKey = groups(ledgers, (line) =>
    keyOf(
      line,
      rule.keys.map(({ ledger }) => ledger),
    ),
  );
  const matches: Match[] = [];
  for (const [key, some] of groups(files, (line) =>
    keyOf(
      line,
      rule.keys.map(({ file }) => file),
    ),
  )) {
    const others = ledgersByKey.get(key) ?? [];
    if (others.length === 0) continue;
    if (rule.cardinality === 'one-to-one') matches.push(...oneToOne(rule, some, others));
    else matches.push(...summed(rule, some, others));
  }
  return matches;
}

function oneToOne(rule: MatchingRule, files: readonly SettlementLine[], ledgers: readonly LedgerLine[]): Match[] {
  const { date } = rule;
  const paired = pairs(groups(files, amountOf), groups(ledgers, amountOf), (some, others) =>
    pairByDate(rule, some, others),
  );
  const exact = paired.map(([file, ledger]) => ({ rule: rule.name, differs: [], files: [file], ledgers: [ledger] }));
  if (rule.amount === 'must' && date?.as !== 'compare') return exact;
  const taken = new Set<Line>(paired.flat());
  const restFiles = files.filter((line) => !taken.has(line));
  const restLedgers = ledgers.filter((line) => !taken.has(line));
  const pairRest = date?.as === 'must' ? pairByDate.bind(undefined, rule) : pairInOrder;
  const rest =
    rule.amount === 'must'
      ? pairs(groups(restFiles, amountOf), groups(restLedgers, amountOf), pairRest)
      : pairRest(restFiles, restLedgers);
  return [...exact, ...rest.map(([file, ledger]) => compared(rule, [file], [ledger]))];
}

/** One line on the one side is the sum of all on the other. Several on both sides would be a guess. */
function summed(rule: MatchingRule, files: readonly SettlementLine[], ledgers: readonly LedgerLine[]): Match[] {
  const [one, many]: [readonly Line[], readonly Line[]] =
    rule.cardinality === 'many-ledger' ? [files, ledgers] : [ledgers, files];
  const [alone, another] = one;
  if (!alone || another) return [];
  const near = rule.date?.as === 'must' ? many.filter((line) => isNear(rule, alone, line)) : many;
  if (near.length === 0) return [];
  const [some, others] = rule.cardinality === 'many-ledger' ? [one, near] : [near, one];
  // Which side is which follows from the cardinality alone.
  const match = compared(rule, some as readonly SettlementLine[], others as readonly LedgerLine[]);
  return rule.amount === 'must' && match.differs.includes('amount') ? [] : [match];
}

function compared(rule: MatchingRule, files: readonly SettlementLine[], ledgers: readonly LedgerLine[]): Match {
  const differs: ('amount' | 'date')[] = [];
  if (sumOf(files) !== sumOf(ledgers)) differs.push('amount');
  if (!files.every((file) => ledgers.every((ledger) => isNear(rule, file, ledger)))) differs.push('date');
  return { rule: rule.name, differs, files, ledgers };
}

export function sumOf(lines: readonly Pick<Line, 'amount'>[]): bigint {
  return lines.reduce((sum, { amount }) => sum + amount, 0n);
}

function isNear({ date }: MatchingRule, one: Line, other: Line): boolean {
  return !date || Math.abs(dayOf(date.days, one.date) - dayOf(date.days, other.date)) <= date.within;
}

function dayOf(days: 'business' | 'calendar', date: LocalDate): number {
  return days === 'business' ? businessDayNumber(date) : dayNumber(date);
}

type Pair = readonly [SettlementLine, LedgerLine];
type Pairing = (files: readonly SettlementLine[], ledgers: readonly LedgerLine[]) => Pair[];

function pairs(files: Map<string, SettlementLine[]>, ledgers: Map<string, LedgerLine[]>, pair: Pairing): Pair[] {
  return [...files].flatMap(([key, some]) => pair(some, ledgers.get(key) ?? []));
}

/**
 * As many pairs as there can be whose days are near enough: both sides by day, each line takes the first that it may
 * have, which is the one that fits the fewest later lines.
 */
function pairByDate(rule: MatchingRule, files: readonly SettlementLine[], ledgers: readonly LedgerLine[]): Pair[] {
  const { date } = rule;
  if (!date) return pairInOrder(files, ledgers);
  const some = byDate(files);
  const others = byDate(ledgers);
  const paired: Pair[] = [];
  for (let file = 0, ledger = 0; file < some.length && ledger < others.length; ) {
    const [one, other] = [some[file], others[ledger]];
    if (!one || !other) break;
    const apart = dayOf(date.days, other.date) - dayOf(date.days, one.date);
    if (apart < -date.within) ledger += 1;
    else if (apart > date.within) file += 1;
    else {
      paired.push([one, other]);
      file += 1;
      ledger += 1;
    }
  }
  return paired;
}

function pairInOrder(files: readonly SettlementLine[], ledgers: readonly LedgerLine[]): Pair[] {
  const others = byDate(ledgers);
  return byDate(files).flatMap((file, index) => {
    const ledger = others[index];
    return ledger ? [[file, ledger] as const] : [];
  });
}

/** Sorting keeps the order of equals: the file's, and the account's. */
function byDate<One extends Line>(lines: readonly One[]): One[] {
  return [...lines].sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0));
}

function amountOf({ amount }: Line): string {
  return String(amount);
}

/** Undefined: it lacks one of the names. JSON, so that no two lists of values share a key. */
function keyOf(line: Line, names: readonly string[]): string | undefined {
  const values = names.map((name) => saidBy(line, name));
  return values.includes(undefined) ? undefined : JSON.stringify(values);
}

function saidBy(line: Line, name: string): string | undefined {
  if (name === 'date') return line.date;
  if (name === 'amount') return String(line.amount);
  return Object.hasOwn(line.fields, name) ? line.fields[name] : undefined;
}

function groups<One extends Line>(lines: readonly One[], key: (line: One) => string | undefined): Map<string, One[]> {
  const grouped = new Map<string, One[]>();
  for (const line of lines) {
    const its = key(line);
    if (its === undefined) continue;
    const group = grouped.get(its);
    if (group) group.push(line);
    else grouped.set(its, [line]);
  }
  return grouped;
}
