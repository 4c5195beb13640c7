import type { Account } from '../../src/domain/account.ts';
import type { Entry } from '../../src/domain/entry.ts';
import type { LedgerRecord } from '../../src/domain/record.ts';
import type { Transaction } from '../../src/domain/transaction.ts';
import type { World } from './world.ts';

const stopsDebits: readonly string[] = ['FROZEN', 'FROZEN_FOR_ALL', 'CLOSED'];
const stopsCredits: readonly string[] = ['FROZEN_FOR_CREDIT', 'FROZEN_FOR_ALL', 'CLOSED'];
/** What gives money free again is done whatever has become of the account. */
const givesFree: readonly string[] = ['HOLD_RELEASED', 'HOLD_EXPIRED'];

/** The rules of the bank, said again and by themselves: nothing that they forbid is in the journal. */
export class RuleBook {
  private readonly last = new Map<string, Transaction>();
  /** Of transfers and postings, by what they did to an account: how much of it has not been reversed. */
  private readonly left = new Map<string, bigint>();

  constructor(private readonly world: World) {}

  /** accounts: as they were before the record. */
  take({ change }: LedgerRecord, accounts: ReadonlyMap<string, Account>): void {
    if (change.kind !== 'transaction') return;
    for (const transaction of change.transactions) {
      this.checkAmounts(this.last.get(transaction.transactionId), transaction);
      this.last.set(transaction.transactionId, transaction);
    }
    // What another shard has decided is written whatever has become of the account since.
    if (change.delivered.length > 0 || change.transactions.some(({ kind }) => kind === 'BETWEEN_SHARDS')) return;
    const [first] = change.transactions;
    // A purchase that was declined has moved nothing: that may be why.
    if (first.status === 'DECLINED') return;
    if (first.kind !== 'POSTING' && first.debitAccountId !== '' && first.debitAccountId === first.creditAccountId) {
      this.broken(first, `${first.debitAccountId} is on both sides`);
    }
    const drawn = new Map<string, bigint>();
    for (const { accountId, kind, postedDelta, heldDelta } of change.entries) {
      if (givesFree.includes(kind)) continue;
      // A capture posts what was held: for the payer nothing is drawn by it.
      drawn.set(accountId, (drawn.get(accountId) ?? 0n) + postedDelta - heldDelta);
    }
    this.checkReversal(first, change.entries);
    for (const [accountId, net] of drawn) this.checkAccount(first, accounts.get(accountId), net);
  }

  private checkAmounts(before: Transaction | undefined, now: Transaction): void {
    const { amount, captured, refunded, held, reversed, lines } = now;
    if (captured - (before?.captured ?? 0n) > (before?.held ?? 0n)) this.broken(now, 'captured beyond what was held');
    if (held < 0n || captured + held > amount) this.broken(now, 'more is held or captured than was asked for');
    if (refunded > captured) this.broken(now, 'refunded beyond what was captured');
    if (reversed > amount) this.broken(now, 'reversed beyond its amount');
    for (const line of lines) {
      const size = line.amount < 0n ? -line.amount : line.amount;
      if (size === 0n) this.broken(now, 'a line of zero');
      if (line.reversed > size) this.broken(now, `a line on ${line.accountId} reversed beyond its amount`);
    }
    if (!before) return;
    if (captured < before.captured || refunded < before.refunded || reversed < before.reversed) {
      this.broken(now, 'what was captured, refunded or reversed became less');
    }
  }

  private checkReversal(transaction: Transaction, entries: readonly Entry[]): void {
    const { kind, transactionId, reversesTransactionId } = transaction;
    if (kind !== 'TRANSFER' && kind !== 'POSTING' && kind !== 'REVERSAL') return;
    const isReversal = kind === 'REVERSAL';
    const original = isReversal ? reversesTransactionId : transactionId;
    for (const { accountId, postedDelta } of entries) {
      const size = postedDelta > 0n ? postedDelta : -postedDelta;
      const name = `${original} ${accountId} ${postedDelta > 0n !== isReversal ? 'credited' : 'debited'}`;
      const left = (this.left.get(name) ?? 0n) + (isReversal ? -size : size);
      this.left.set(name, left);
      if (left < 0n) this.broken(transaction, `takes back more than there was of ${name}`);
    }
  }

  private checkAccount(transaction: Transaction, account: Account | undefined, net: bigint): void {
    if (!account) return;
    const { accountId, status, posted, held, limit } = account;
    if (net < 0n && stopsDebits.includes(status)) this.broken(transaction, `${accountId} pays, and is ${status}`);
    if (net > 0n && stopsCredits.includes(status)) this.broken(transaction, `${accountId} receives, and is ${status}`);
    if (net < 0n && posted - held + limit + net < 0n)
      this.broken(transaction, `${accountId} pays what it does not have`);
  }

  private broken({ transactionId, kind }: Transaction, why: string): void {
    this.world.broken('nothing forbidden is done', `${kind} ${transactionId}: ${why}`);
  }
}
