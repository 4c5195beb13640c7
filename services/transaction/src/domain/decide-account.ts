import type { Cents } from '@ipe/money/cents';
import {
  type Account,
  type AccountClass,
  type AccountStatus,
  available,
  emptyAccount,
  largestBalance,
} from './account.ts';
import { answered, type Decision, earlierAnswer, type Moment, refused } from './decision.ts';
import { accountAfter, type Entry, type Line, nextEntry } from './entry.ts';
import type { LedgerView } from './ledger-state.ts';
import type { IdempotencyScope } from './record.ts';

export type OpenAccount = Readonly<{
  idempotency: IdempotencyScope;
  accountId: string;
  accountClass: AccountClass;
  currency: string;
  limit: Cents;
}>;

export type ChangeAccount = Readonly<{
  idempotency: IdempotencyScope;
  accountId: string;
  /** Absent: stays. */
  limit?: Cents | undefined;
  /** Absent: stays. */
  status?: AccountStatus | undefined;
}>;

export function decideOpenAccount(state: LedgerView, command: OpenAccount, moment: Moment): Decision<Account> {
  const earlier = earlierAnswer(state, command.idempotency, 'account');
  if (earlier) return earlier;
  if (state.accounts.has(command.accountId)) return refused('account_exists', command.accountId);
  if (command.limit > largestBalance) return refused('balance_too_large', command.accountId);
  const account = emptyAccount(command.accountId, command.accountClass, command.currency);
  return accountDecision(account, [{ kind: 'ACCOUNT_OPENED', limit: command.limit }], command.idempotency, moment);
}

export function decideChangeAccount(state: LedgerView, command: ChangeAccount, moment: Moment): Decision<Account> {
  const earlier = earlierAnswer(state, command.idempotency, 'account');
  if (earlier) return earlier;
  const account = state.accounts.get(command.accountId);
  if (!account) return refused('account_not_found', command.accountId);
  if (account.status === 'CLOSED') return refused('account_closed', command.accountId);
  const lines: Line[] = [];
  if (command.limit !== undefined && command.limit !== account.limit) {
    if (command.limit > largestBalance) return refused('balance_too_large', command.accountId);
    // What is owed or held already must stay within the limit: available is never below zero.
    if (available(account) - account.limit + command.limit < 0n) return refused('limit_in_use', command.accountId);
    lines.push({ kind: 'LIMIT_CHANGED', limit: command.limit });
  }
  if (command.status !== undefined && command.status !== account.status) {
    const empty = account.posted === 0n && account.held === 0n;
    if (command.status === 'CLOSED' && !empty) return refused('account_not_empty', command.accountId);
    lines.push({ kind: 'STATUS_CHANGED', status: command.status });
  }
  return accountDecision(account, lines, command.idempotency, moment);
}

function accountDecision(
  before: Account,
  lines: readonly Line[],
  idempotency: IdempotencyScope,
  moment: Moment,
): Decision<Account> {
  let account = before;
  const entries: Entry[] = [];
  for (const line of lines) {
    const entry = nextEntry(account, line, moment.now, moment.sha256);
    account = accountAfter(account, entry);
    entries.push(entry);
  }
  const change = { kind: 'account', account, entries } as const;
  return answered(account, { decidedAt: moment.now, idempotency, traceparent: moment.traceparent, change });
}
