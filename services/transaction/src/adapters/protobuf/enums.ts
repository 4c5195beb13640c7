import { EntryKind as EntryKindMessage } from '@ipe/contracts/gen/bank/transaction/v1/journal';
import {
  AccountClass as ClassMessage,
  AccountStatus as StatusMessage,
  TransactionKind as TransactionKindMessage,
  TransactionStatus as TransactionStatusMessage,
} from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import type { AccountClass, AccountStatus } from '../../domain/account.ts';
import type { EntryKind } from '../../domain/entry.ts';
import type { TransactionKind, TransactionStatus } from '../../domain/transaction.ts';

/** The domain's word for each number of a proto enum, both ways. Total: a new word breaks the compile until it is mapped. */
class Words<Word extends string, Value extends number> {
  private readonly words: ReadonlyMap<number, Word>;

  constructor(private readonly values: Readonly<Record<Word, Value>>) {
    this.words = new Map((Object.keys(values) as Word[]).map((word) => [values[word], word]));
  }

  toMessage(word: Word): Value {
    return this.values[word];
  }

  /** Throws on a number without a word: where callers may send one, ask `has` first. */
  fromMessage(value: number): Word {
    const word = this.words.get(value);
    if (word === undefined) throw new Error(`no word for ${value}`);
    return word;
  }

  has(value: number): boolean {
    return this.words.has(value);
  }
}

export const accountClasses = new Words<AccountClass, ClassMessage>({
  ASSET: ClassMessage.ACCOUNT_CLASS_ASSET,
  LIABILITY: ClassMessage.ACCOUNT_CLASS_LIABILITY,
  INCOME: ClassMessage.ACCOUNT_CLASS_INCOME,
  EXPENSE: ClassMessage.ACCOUNT_CLASS_EXPENSE,
  EQUITY: ClassMessage.ACCOUNT_CLASS_EQUITY,
});

export const accountStatuses = new Words<AccountStatus, StatusMessage>({
  ACTIVE: StatusMessage.ACCOUNT_STATUS_ACTIVE,
  FROZEN: StatusMessage.ACCOUNT_STATUS_FROZEN,
  FROZEN_FOR_CREDIT: StatusMessage.ACCOUNT_STATUS_FROZEN_FOR_CREDIT,
  FROZEN_FOR_ALL: StatusMessage.ACCOUNT_STATUS_FROZEN_FOR_ALL,
  CLOSED: StatusMessage.ACCOUNT_STATUS_CLOSED,
});

export const transactionKinds = new Words<TransactionKind, TransactionKindMessage>({
  CARD_PURCHASE: TransactionKindMessage.TRANSACTION_KIND_CARD_PURCHASE,
  HOLD: TransactionKindMessage.TRANSACTION_KIND_HOLD,
  TRANSFER: TransactionKindMessage.TRANSACTION_KIND_TRANSFER,
  POSTING: TransactionKindMessage.TRANSACTION_KIND_POSTING,
  REVERSAL: TransactionKindMessage.TRANSACTION_KIND_REVERSAL,
  RESERVATION: TransactionKindMessage.TRANSACTION_KIND_RESERVATION,
  BETWEEN_SHARDS: TransactionKindMessage.TRANSACTION_KIND_BETWEEN_SHARDS,
});

export const transactionStatuses = new Words<TransactionStatus, TransactionStatusMessage>({
  AUTHORIZED: TransactionStatusMessage.TRANSACTION_STATUS_AUTHORIZED,
  DECLINED: TransactionStatusMessage.TRANSACTION_STATUS_DECLINED,
  PARTIALLY_CAPTURED: TransactionStatusMessage.TRANSACTION_STATUS_PARTIALLY_CAPTURED,
  CAPTURED: TransactionStatusMessage.TRANSACTION_STATUS_CAPTURED,
  VOIDED: TransactionStatusMessage.TRANSACTION_STATUS_VOIDED,
  EXPIRED: TransactionStatusMessage.TRANSACTION_STATUS_EXPIRED,
  PARTIALLY_REFUNDED: TransactionStatusMessage.TRANSACTION_STATUS_PARTIALLY_REFUNDED,
  REFUNDED: TransactionStatusMessage.TRANSACTION_STATUS_REFUNDED,
  POSTED: TransactionStatusMessage.TRANSACTION_STATUS_POSTED,
  PARTIALLY_REVERSED: TransactionStatusMessage.TRANSACTION_STATUS_PARTIALLY_REVERSED,
  REVERSED: TransactionStatusMessage.TRANSACTION_STATUS_REVERSED,
});

export const entryKinds = new Words<EntryKind, EntryKindMessage>({
  ACCOUNT_OPENED: EntryKindMessage.ENTRY_KIND_ACCOUNT_OPENED,
  LIMIT_CHANGED: EntryKindMessage.ENTRY_KIND_LIMIT_CHANGED,
  STATUS_CHANGED: EntryKindMessage.ENTRY_KIND_STATUS_CHANGED,
  HOLD_PLACED: EntryKindMessage.ENTRY_KIND_HOLD_PLACED,
  HOLD_INCREASED: EntryKindMessage.ENTRY_KIND_HOLD_INCREASED,
  HOLD_RELEASED: EntryKindMessage.ENTRY_KIND_HOLD_RELEASED,
  HOLD_EXPIRED: EntryKindMessage.ENTRY_KIND_HOLD_EXPIRED,
  CAPTURE: EntryKindMessage.ENTRY_KIND_CAPTURE,
  REFUND: EntryKindMessage.ENTRY_KIND_REFUND,
  TRANSFER: EntryKindMessage.ENTRY_KIND_TRANSFER,
  POSTING: EntryKindMessage.ENTRY_KIND_POSTING,
  REVERSAL: EntryKindMessage.ENTRY_KIND_REVERSAL,
});
