import { addDays, type LocalDate } from '@ipe/brazil/bank-calendar';
import type { Sha256 } from '../../domain/entry.ts';
import {
  type LedgerLine,
  type Matching,
  type MatchingRule,
  matchSettlement,
} from '../../domain/reconciliation/match-settlement.ts';
import { type Mend, mendedRule, mendsOf, withKeys, withMends } from '../../domain/reconciliation/mend-settlement.ts';
import { type SettlementParser, settlementParser } from '../../domain/reconciliation/parse-settlement.ts';
import type { Problem, Profile, SettlementLine } from '../../domain/reconciliation/settlement-file.ts';
import { type ReadParts, readSettlementEntries } from './read-settlement-entries.ts';

/** A line of a file; undefined: it is too long to be one. */
export type FileLine = string | undefined;

export type ReconcileParts = ReadParts & Readonly<{ sha256: Sha256 }>;

export type ReconcileCommand = Readonly<{
  lines: AsyncIterable<FileLine>;
  profile: Profile;
  rules: readonly MatchingRule[];
  shards: readonly number[];
  /** The days that the file speaks of, both included; absent: from its first movement's to its last one's. */
  from?: LocalDate | undefined;
  until?: LocalDate | undefined;
}>;

export type ReadFile = Readonly<{
  movements: readonly SettlementLine[];
  /** Lines that cannot be read, every rule that each breaks. */
  malformed: readonly Problem[];
  /** What is wrong with the file as a whole. */
  problems: readonly Problem[];
  lines: number;
}>;

export type Reconciliation = Matching &
  Readonly<{
    file: ReadFile;
    from: LocalDate;
    until: LocalDate;
    /** Lines of the ledger that were mended earlier, with their mends: nothing is left of them to match. */
    settled: number;
    mends: readonly Mend[];
  }>;

/** Reads a file as it comes; what is kept is its movements, and what is wrong. */
export async function readSettlementFile(lines: AsyncIterable<FileLine>, profile: Profile): Promise<ReadFile> {
  const parser: SettlementParser = settlementParser(profile);
  const movements: SettlementLine[] = [];
  const malformed: Problem[] = [];
  let count = 0;
  for await (const text of lines) {
    count += 1;
    const parsed = text === undefined ? parser.skip('is too long') : parser.take(text);
    if (parsed.kind === 'movement') movements.push(parsed.line);
    else if (parsed.kind === 'malformed') malformed.push(...parsed.problems);
  }
  return { movements, malformed, problems: parser.end(), lines: count };
}

/**
 * Compares a settlement file with the ledger's settlement account. Memory grows with the movements of the period, and
 * not with the journal. Answers "nothing" when there is no day to compare: neither a movement nor a period was given.
 */
export async function reconcileSettlement(
  { lines, profile, rules, shards, ...period }: ReconcileCommand,
  parts: ReconcileParts,
): Promise<Reconciliation | Readonly<{ kind: 'nothing'; file: ReadFile }>> {
  const file = await readSettlementFile(lines, profile);
  const days = file.movements.map(({ date }) => date).sort();
  const from = period.from ?? days.at(0);
  const until = period.until ?? days.at(-1);
  if (from === undefined || until === undefined) return { kind: 'nothing', file };
  const margin = marginOf(rules);
  const read = await readSettlementEntries(shards, profile.account, addDays(from, -margin), parts);
  const { lines: ledger, settled } = withMends(read);
  const files = withKeys(file.movements, profile.account, parts.sha256);
  const near = ledger.filter(({ date }) => date <= addDays(until, margin));
  const { matches, missing, surplus } = matchSettlement(files, near, [mendedRule, ...rules]);
  // Beyond the period's ends lies what belongs to another file: it may be matched, and is not missed.
  const inPeriod = surplus.filter(({ date }: LedgerLine) => date >= from && date <= until);
  const matching = { matches, missing, surplus: inPeriod };
  return { ...matching, file, from, until, settled, mends: mendsOf(matching, profile, parts.sha256) };
}

/** How far beyond the period a counterpart may lie, in days of the calendar. */
function marginOf(rules: readonly MatchingRule[]): number {
  return Math.max(
    0,
    ...rules.map(({ date }) => {
      if (!date) return 0;
      // Of eleven days in a row at least five are business days, over carnival and over Christmas too.
      return date.days === 'calendar' ? date.within : date.within * 2 + 7;
    }),
  );
}
