import { type Account, emptyAccount } from './account.ts';
import { accountAfter, type Entry } from './entry.ts';
import { answerKey, type LedgerState } from './ledger-state.ts';
import type { AccountChange, LedgerRecord, TransactionChange } from './record.ts';
import type { Transaction } from './transaction.ts';

/**
 * Makes a record part of the state: the only place where the state changes, whether the record was decided a moment
 * ago or is read back from the journal. A record that does not follow from the state is a bug or a damaged journal:
 * it throws, and the state is worth nothing any more.
 */
export function apply(state: LedgerState, record: LedgerRecord): void {
  if (record.decidedAt < state.decidedAt) throw new Error('a record was decided before the one in front of it');
  state.decidedAt = record.decidedAt;
  switch (record.change.kind) {
    case 'transaction':
      applyTransactions(state, record, record.change);
      break;
    case 'account':
      applyAccount(state, record, record.change);
      break;
    case 'cancelled':
      state.answers.set(answerKey(record.change.caller, record.change.authorizationKey), { fingerprint: '' });
      break;
  }
}

function applyTransactions(state: LedgerState, { idempotency }: LedgerRecord, change: TransactionChange): void {
  checkZeroSum(state, change.entries);
  for (const entry of change.entries) {
    const account = state.accounts.get(entry.accountId);
    if (!account) throw new Error(`an entry of account ${entry.accountId}, which was never opened`);
    state.accounts.set(entry.accountId, follow(account, entry));
  }
  for (const transaction of change.transactions) {
    trackHold(state, transaction);
    state.transactions.set(transaction.transactionId, transaction);
  }
  if (idempotency) {
    const { caller, key, fingerprint } = idempotency;
    state.answers.set(answerKey(caller, key), { fingerprint, transaction: change.transactions[0] });
  }
}

/** The entries of a transaction sum to zero in each currency. */
function checkZeroSum(state: LedgerState, entries: readonly Entry[]): void {
  const currencyOf = (entry: Entry) => state.accounts.get(entry.accountId)?.currency;
  const [one, other, ...more] = entries;
  // Nearly all: one side gives what the other gets.
  if (one && other && more.length === 0 && one.postedDelta + other.postedDelta === 0n) {
    if (currencyOf(one) === currencyOf(other) || one.postedDelta === 0n) return;
  }
  const sums = new Map<string | undefined, bigint>();
  for (const entry of entries) {
    const currency = currencyOf(entry);
    sums.set(currency, (sums.get(currency) ?? 0n) + entry.postedDelta);
  }
  for (const [currency, sum] of sums) {
    if (sum !== 0n) throw new Error(`the entries of a transaction sum to ${sum} in ${currency}`);
  }
}

function applyAccount(state: LedgerState, { idempotency }: LedgerRecord, change: AccountChange): void {
  const { accountId } = change.account;
  let account = state.accounts.get(accountId) ?? beforeFirstEntry(change.account);
  for (const entry of change.entries) account = follow(account, entry);
  state.accounts.set(accountId, account);
  if (idempotency) {
    const { caller, key, fingerprint } = idempotency;
    state.answers.set(answerKey(caller, key), { fingerprint, account });
  }
}

function follow(account: Account, entry: Entry): Account {
  const follows =
    entry.sequence === account.sequence + 1 &&
    entry.posted === account.posted + entry.postedDelta &&
    entry.held === account.held + entry.heldDelta;
  if (!follows) throw new Error(`entry ${entry.sequence} of account ${entry.accountId} does not follow`);
  return accountAfter(account, entry);
}

function beforeFirstEntry(account: Account): Account {
  return emptyAccount(account.accountId, account.accountClass, account.currency);
}

/** Keeps what is open in view: for expiry, and for what ends otherwise. */
export function trackHold(state: LedgerState, transaction: Transaction): void {
  const wasOpen = (state.transactions.get(transaction.transactionId)?.held ?? 0n) > 0n;
  const isOpen = transaction.held > 0n;
  if (isOpen && !wasOpen && transaction.expiresAt !== undefined) {
    state.openHolds.add(transaction.transactionId, transaction.expiresAt);
  }
  if (isOpen && transaction.kind === 'RESERVATION') state.openReservations.add(transaction.transactionId);
  if (wasOpen && !isOpen) {
    state.openHolds.remove(transaction.transactionId);
    state.openReservations.delete(transaction.transactionId);
  }
}
