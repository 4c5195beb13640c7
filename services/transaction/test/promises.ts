import { isDeepStrictEqual } from 'node:util';
import { available } from '../src/domain/account.ts';
import { chainText, type Entry } from '../src/domain/entry.ts';
import type { LedgerRecord } from '../src/domain/record.ts';
import type { PostedLine, Transaction } from '../src/domain/transaction.ts';
import { type PaperLedger, sha256 } from './paper-ledger.ts';

/** Checks what the ledger promises, after every operation: in its state, and in the records that came since. */
export class Promises {
  private readonly heads = new Map<string, Entry>();
  private checked = 0;

  check(ledger: PaperLedger): void {
    for (const record of ledger.records.slice(this.checked)) this.checkEntries(ledger, record);
    this.checked = ledger.records.length;
    checkBalances(ledger);
    const transactions = [...ledger.state.transactions.values()];
    for (const transaction of transactions) checkAmounts(transaction);
    for (const original of transactions.filter(({ reversed }) => reversed > 0n)) checkReversals(original, transactions);
  }

  /** Zero in each currency; in each account numbered without gaps, adding up, and chained. */
  private checkEntries(ledger: PaperLedger, { change }: LedgerRecord): void {
    if (change.kind === 'cancelled') return;
    const sums = new Map<string | undefined, bigint>();
    for (const entry of change.entries) {
      const currency = ledger.state.accounts.get(entry.accountId)?.currency;
      sums.set(currency, (sums.get(currency) ?? 0n) + entry.postedDelta);
      const head = this.heads.get(entry.accountId);
      promise(entry.sequence === (head?.sequence ?? 0) + 1);
      promise(entry.posted === (head?.posted ?? 0n) + entry.postedDelta);
      promise(entry.held === (head?.held ?? 0n) + entry.heldDelta);
      promise(entry.hash === sha256(chainText(head?.hash ?? '', entry)));
      this.heads.set(entry.accountId, entry);
    }
    for (const sum of sums.values()) promise(sum === 0n);
  }
}

function checkBalances({ state }: PaperLedger): void {
  const sums = new Map<string, bigint>();
  const held = new Map<string, bigint>();
  let openHolds = 0;
  for (const transaction of state.transactions.values()) {
    if (transaction.held > 0n) openHolds += 1;
    held.set(transaction.debitAccountId, (held.get(transaction.debitAccountId) ?? 0n) + transaction.held);
  }
  for (const account of state.accounts.values()) {
    sums.set(account.currency, (sums.get(account.currency) ?? 0n) + account.posted);
    promise(available(account) >= 0n);
    promise(account.held === (held.get(account.accountId) ?? 0n));
  }
  for (const sum of sums.values()) promise(sum === 0n);
  promise(state.openHolds.size === openHolds);
}

function checkAmounts({ amount, captured, refunded, held, reversed, status, lines }: Transaction): void {
  promise(0n <= held && 0n <= refunded && refunded <= captured && captured + held <= amount);
  promise(0n <= reversed && reversed <= amount);
  for (const line of lines) promise(0n <= line.reversed && line.reversed <= sizeOf(line));
  const all = lines.length > 0 ? lines.every((line) => line.reversed === sizeOf(line)) : reversed === amount;
  const some = reversed > 0n || lines.some((line) => line.reversed > 0n);
  promise((status === 'REVERSED') === all);
  promise((status === 'PARTIALLY_REVERSED') === (some && !all));
}

/** What the reversals of a transaction took back, account by account, is what it says of itself. */
function checkReversals(original: Transaction, transactions: readonly Transaction[]): void {
  const reversals = transactions.filter((one) => one.reversesTransactionId === original.transactionId);
  const taken = reversals.flatMap((reversal) => linesOf(reversal).map((line) => ({ ...line, reversed: sizeOf(line) })));
  promise(isDeepStrictEqual(reversedByAccount(taken, -1n), reversedByAccount(linesOf(original), 1n)));
}

function reversedByAccount(lines: readonly PostedLine[], sign: bigint): Record<string, bigint> {
  const sums: Record<string, bigint> = {};
  for (const line of lines.filter(({ reversed }) => reversed > 0n)) {
    const side = `${line.accountId} ${line.amount * sign > 0n ? 'got' : 'gave'}`;
    sums[side] = (sums[side] ?? 0n) + line.reversed;
  }
  return sums;
}

function linesOf({ lines, debitAccountId, creditAccountId, amount, currency, reversed }: Transaction) {
  if (lines.length > 0) return lines;
  return [
    { accountId: debitAccountId, amount: -amount, currency, reversed } as PostedLine,
    { accountId: creditAccountId, amount, currency, reversed },
  ];
}

function sizeOf({ amount }: PostedLine): PostedLine['amount'] {
  return (amount < 0n ? -amount : amount) as PostedLine['amount'];
}

/** Jest's own expectations are too slow to be asked so often. The stack says which promise was broken. */
function promise(kept: boolean): void {
  if (!kept) throw new Error('a promise is broken');
}
