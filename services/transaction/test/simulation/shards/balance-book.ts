import type { LedgerRecord } from '../../../src/domain/record.ts';
import type { Transaction } from '../../../src/domain/transaction.ts';

/** What all transactions, by what they say of themselves, have come to for each account, wherever that is kept. */
export class BalanceBook {
  readonly posted = new Map<string, bigint>();
  private readonly last = new Map<string, Transaction>();

  take({ change }: LedgerRecord): void {
    if (change.kind !== 'transaction') return;
    for (const transaction of change.transactions) {
      for (const [accountId, amount] of movedBy(transaction, this.last.get(transaction.transactionId))) {
        this.posted.set(accountId, (this.posted.get(accountId) ?? 0n) + amount);
      }
      this.last.set(transaction.transactionId, transaction);
    }
  }
}

type Moved = ReadonlyArray<readonly [accountId: string, amount: bigint]>;

function movedBy(after: Transaction, before: Transaction | undefined): Moved {
  switch (after.kind) {
    case 'HOLD':
    case 'CARD_PURCHASE': {
      const got = after.captured - after.refunded - ((before?.captured ?? 0n) - (before?.refunded ?? 0n));
      return between(after, got);
    }
    case 'TRANSFER':
      return before ? [] : between(after, after.amount);
    case 'POSTING':
    case 'REVERSAL':
      if (before) return [];
      if (after.lines.length > 0) return after.lines.map(({ accountId, amount }) => [accountId, amount]);
      return between(after, after.amount);
    case 'RESERVATION':
    case 'BETWEEN_SHARDS':
      return [];
  }
}

function between({ debitAccountId, creditAccountId }: Transaction, amount: bigint): Moved {
  return [
    [debitAccountId, -amount],
    [creditAccountId, amount],
  ];
}
