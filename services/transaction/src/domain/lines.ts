import { type Cents, cents } from '@ipe/money/cents';
import { type Account, creditRefusal, debitRefusal, largestBalance } from './account.ts';
import { type Refused, refused } from './decision.ts';
import type { LedgerView } from './ledger-state.ts';
import type { Refusal } from './refusals.ts';
import type { PostedLine, PostingLine, Transaction } from './transaction.ts';

const fewestLines = 2;
const mostLines = 50;
const zero = cents(0n);

/** What a transaction says of its lines. */
export type Drawn = Pick<Transaction, 'lines' | 'amount' | 'currency' | 'debitAccountId' | 'creditAccountId'>;

/** An account that occurs among the lines, and what they have made of its posted balance so far. */
type Touched = { readonly account: Account; posted: bigint };

/**
 * What lines come to, or why they may not be written. An account may occur more than once. It is its net that counts:
 * an account that gives 100 and gets 30 must have 70 available, is debited (a freeze for debits stops it, one for
 * credits does not), and may be below that for a line or two on the way. What it may not be, after any single line, is
 * beyond the largest balance, for each line tells the balance after it.
 */
export function drawLines(state: LedgerView, lines: readonly PostingLine[]): Drawn | { outcome: Refused } {
  if (lines.length < fewestLines || lines.length > mostLines) return refused('line_count_out_of_range');
  const touched = new Map<string, Touched>();
  const sums = new Map<string, bigint>();
  const drawn: PostedLine[] = [];
  for (const { accountId, amount } of lines) {
    if (amount === 0n) return refused('line_is_zero', accountId);
    const one = touched.get(accountId) ?? touch(state, accountId);
    if (!one) return refused('account_not_found', accountId);
    one.posted += amount;
    if (isTooLarge(one.posted)) return refused('balance_too_large', accountId);
    touched.set(accountId, one);
    const { currency } = one.account;
    sums.set(currency, (sums.get(currency) ?? 0n) + amount);
    drawn.push({ accountId, amount, currency, reversed: zero });
  }
  for (const [currency, sum] of sums) if (sum !== 0n) return refused('not_balanced', currency);
  const all = [...touched.values()];
  if (all.every((one) => netOf(one) === 0n)) return refused('same_account', all[0]?.account.accountId);
  for (const one of all) {
    const refusal = netRefusal(one);
    if (refusal) return refused(refusal, one.account.accountId);
  }
  const currency = drawn[0]?.currency ?? '';
  const amount = creditsIn(drawn, currency, (line) => line.amount);
  if (isTooLarge(amount)) return refused('balance_too_large');
  return {
    lines: drawn,
    amount,
    currency,
    debitAccountId: onlyOne(all.filter((one) => netOf(one) < 0n)),
    creditAccountId: onlyOne(all.filter((one) => netOf(one) > 0n)),
  };
}

/** The sum, over the lines that credit an account of a currency, of what `of` tells of each. */
export function creditsIn(lines: readonly PostedLine[], currency: string, of: (line: PostedLine) => Cents): Cents {
  const credits = lines.filter((line) => line.amount > 0n && line.currency === currency);
  return cents(credits.reduce((sum, line) => sum + of(line), 0n));
}

function touch(state: LedgerView, accountId: string): Touched | undefined {
  const account = state.accounts.get(accountId);
  return account && { account, posted: account.posted };
}

function netOf({ account, posted }: Touched): bigint {
  return posted - account.posted;
}

function netRefusal(one: Touched): Refusal | undefined {
  const net = netOf(one);
  if (net < 0n) return debitRefusal(one.account, cents(-net));
  if (net > 0n) return creditRefusal(one.account, cents(net));
  return one.account.status === 'CLOSED' ? 'account_closed' : undefined;
}

function isTooLarge(amount: bigint): boolean {
  return amount > largestBalance || amount < -largestBalance;
}

function onlyOne(some: readonly Touched[]): string {
  return some.length === 1 ? (some[0]?.account.accountId ?? '') : '';
}
