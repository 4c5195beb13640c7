import type { Account } from '../../src/domain/account.ts';
import type { Entry } from '../../src/domain/entry.ts';
import type { AccountChange, LedgerRecord, TransactionChange } from '../../src/domain/record.ts';
import type { Transaction } from '../../src/domain/transaction.ts';
import type { World } from './world.ts';

const stopsDebits: readonly string[] = ['FROZEN', 'FROZEN_FOR_ALL', 'CLOSED'];
const stopsCredits: readonly string[] = ['FROZEN_FOR_CREDIT', 'FROZEN_FOR_ALL', 'CLOSED'];
/** What gives money free again is done whatever has become of the account. */
const givesFree: readonly string[] = ['HOLD_RELEASED', 'HOLD_EXPIRED'];
/** What is about one account and another in one currency. */
const ofOneCurrency: readonly string[] = ['TRANSFER', 'HOLD', 'CARD_PURCHASE'];
/** Beyond this no balance, limit or amount goes on either side: so that what is available always fits into 64 bits. */
const largest = 4_000_000_000_000_000_000n;

/** The rules of the bank, said again and by themselves: nothing that they forbid is in the journal. */
export class RuleBook {
  private readonly last = new Map<string, Transaction>();
  /** Of transfers and postings, by what they did to an account: how much of it has not been reversed. */
  private readonly left = new Map<string, bigint>();

  constructor(private readonly world: World) {}

  /** accounts: as they were before the record. */
  take({ change }: LedgerRecord, accounts: ReadonlyMap<string, Account>): void {
    if (change.kind === 'cancelled') return;
    for (const entry of change.entries) this.checkBalance(entry);
    if (change.kind === 'account') this.checkChange(change, accounts.get(change.account.accountId));
    else this.takeTransactions(change, accounts);
  }

  private takeTransactions(change: TransactionChange, accounts: ReadonlyMap<string, Account>): void {
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
    if (ofOneCurrency.includes(first.kind)) this.checkCurrency(first, accounts);
    for (const [accountId, net] of drawn) this.checkAccount(first, accounts.get(accountId), net);
  }

  private checkBalance({ accountId, posted }: Entry): void {
    if (posted > largest || posted < -largest) {
      this.world.broken('nothing forbidden is done', `${accountId}: a balance of ${posted}`);
    }
  }

  private checkChange({ account, entries }: AccountChange, before: Account | undefined): void {
    const { accountId, status, posted, held, limit } = account;
    const broken = (why: string) => this.world.broken('nothing forbidden is done', `${accountId} ${why}`);
    if (before && entries.some(({ kind }) => kind === 'ACCOUNT_OPENED')) broken('is opened again');
    if (before?.status === 'CLOSED') broken('is changed, and was closed');
    if (status === 'CLOSED' && (posted !== 0n || held !== 0n)) broken('is closed, and not empty');
    if (limit < 0n || limit > largest) broken(`has a limit of ${limit}`);
    if (posted - held + limit < 0n) broken('has less than it uses');
  }

  private checkCurrency(transaction: Transaction, accounts: ReadonlyMap<string, Account>): void {
    for (const accountId of [transaction.debitAccountId, transaction.creditAccountId]) {
      const currency = accounts.get(accountId)?.currency ?? transaction.currency;
      if (currency !== transaction.currency) this.broken(transaction, `${accountId} is kept in ${currency}`);
    }
  }

  private checkAmounts(before: Transaction | undefined, now: Transaction): void {
    const { amount, captured, refunded, held, reversed, lines } = now;
    if (captured - (before?.captured ?? 0n) > (before?.held ?? 0n)) this.broken(now, 'captured beyond what was held');
    if (held < 0n || captured + held > amount) this.broken(now, 'more is held or captured than was asked for');
    if (refunded > captured) this.broken(now, 'refunded beyond what was captured');
    if (reversed > amount) this.broken(now, 'reversed beyond its amount');
    if (amount > largest) this.broken(now, `an amount of ${amount}`);
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
