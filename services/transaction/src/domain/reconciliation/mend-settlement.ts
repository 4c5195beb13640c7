import type { LocalDate } from '@ipe/brazil/bank-calendar';
import { type Cents, cents } from '@ipe/money/cents';
import type { Sha256 } from '../entry.ts';
import { type LedgerLine, type Matching, type MatchingRule, sumOf } from './match-settlement.ts';
import type { Profile, SettlementLine } from './settlement-file.ts';

/** A posting that would make the ledger say what the file says. */
export type Mend = Readonly<{
  /** The same for the same finding, however often it is found: posted twice, it counts once. */
  idempotencyKey: string;
  why: 'missing' | 'surplus' | 'differing';
  lines: readonly [Readonly<{ accountId: string; amount: Cents }>, Readonly<{ accountId: string; amount: Cents }>];
  description: string;
  metadata: Readonly<Record<string, string>>;
  /** The day on which it counts; absent: when it is booked. */
  effectiveOn?: LocalDate | undefined;
  /** The transaction that it mends; empty when there is none. */
  followsTransactionId: string;
}>;

/** What a mending posting is known by, in the next reconciliation. */
const reconcilesLine = 'reconciles_line';
const reconcilesEntry = 'reconciles_entry';
/** What the ledger takes as metadata: 20 pairs, 2,000 bytes. */
const mostFields = 10;
const mostFieldBytes = 120;
const keyLength = 40;

/** Before all others: what was mended earlier belongs to the line that it was mended for. */
export const mendedRule: MatchingRule = {
  name: 'mended',
  keys: [{ file: reconcilesLine, ledger: `metadata.${reconcilesLine}` }],
  amount: 'must',
  cardinality: 'one-to-one',
};

/** The lines, each with a key of what it says; lines that say the same are numbered. */
export function withKeys(lines: readonly SettlementLine[], account: string, sha256: Sha256): SettlementLine[] {
  const times = new Map<string, number>();
  return lines.map((line) => {
    const { amount, date, fields } = line;
    const said = JSON.stringify([account, String(amount), date, Object.entries(fields).sort()]);
    const time = (times.get(said) ?? 0) + 1;
    times.set(said, time);
    const key = sha256(`${said} ${time}`).slice(0, keyLength);
    return { ...line, fields: { ...fields, [reconcilesLine]: key } };
  });
}

/**
 * The ledger's lines with what was mended of them: a line and its mends are one. `settled`: lines that were mended to
 * nothing, with their mends.
 */
export function withMends(lines: readonly LedgerLine[]): { lines: LedgerLine[]; settled: number } {
  const byEntry = new Map(lines.map((line) => [line.entry, line]));
  let settled = 0;
  for (const mend of lines) {
    const mended = byEntry.get(mend.fields[`metadata.${reconcilesEntry}`] ?? '');
    if (!mended || mended.entry === mend.entry) continue;
    byEntry.delete(mend.entry);
    byEntry.set(mended.entry, { ...mended, amount: cents(mended.amount + mend.amount) });
    settled += 1;
  }
  for (const { entry, amount } of [...byEntry.values()]) {
    if (amount !== 0n) continue;
    byEntry.delete(entry);
    settled += 1;
  }
  return { lines: [...byEntry.values()], settled };
}

/** The postings that would mend what does not match. Lines that differ in their day alone need none. */
export function mendsOf({ matches, missing, surplus }: Matching, profile: Profile, sha256: Sha256): Mend[] {
  const mend = (
    why: Mend['why'],
    about: string,
    amount: bigint,
    rest: Pick<Mend, 'metadata' | 'followsTransactionId'> & Partial<Pick<Mend, 'effectiveOn'>>,
  ): Mend => ({
    idempotencyKey: `mend:${sha256(`${why} ${profile.account} ${about} ${amount}`).slice(0, keyLength)}`,
    why,
    lines: [
      { accountId: profile.account, amount: cents(amount) },
      { accountId: profile.mendAccount, amount: cents(-amount) },
    ],
    description: `Reconciliation ${profile.name}: ${why}`.slice(0, 140),
    ...rest,
  });
  const differing = matches.flatMap(({ files, ledgers }) => {
    const [first] = ledgers;
    const amount = sumOf(files) - sumOf(ledgers);
    if (!first || amount === 0n) return [];
    const metadata = { [reconcilesEntry]: first.entry };
    return [mend('differing', first.entry, amount, { metadata, followsTransactionId: first.transactionId })];
  });
  return [
    ...differing,
    ...missing.map((line) =>
      mend('missing', line.fields[reconcilesLine] ?? '', line.amount, {
        metadata: metadataOf(line),
        effectiveOn: line.date,
        followsTransactionId: '',
      }),
    ),
    ...surplus.map(({ entry, amount, transactionId }) =>
      mend('surplus', entry, -amount, { metadata: { [reconcilesEntry]: entry }, followsTransactionId: transactionId }),
    ),
  ];
}

/** What the file said, so that the posting can be found by it. */
function metadataOf({ fields }: SettlementLine): Record<string, string> {
  const { [reconcilesLine]: key = '', ...said } = fields;
  const short = Object.entries(said).filter(([, value]) => new TextEncoder().encode(value).length <= mostFieldBytes);
  return { ...Object.fromEntries(short.slice(0, mostFields)), [reconcilesLine]: key };
}
