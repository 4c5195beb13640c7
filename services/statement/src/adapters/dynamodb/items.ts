import { cents } from '@ipe/money/cents';
import type { Entry } from '../../domain/entry.ts';
import { isMovement } from '../../domain/entry.ts';
import { type LineFacts, type LineKey, type LineKind, lineKeyOf } from '../../domain/line.ts';
import type { Position, Step } from '../../domain/position.ts';

// One table. Everything of an account lies in two partitions, so that both its entries and its lines are one query:
//   account#<id>  entry#<sequence>                     an entry, as it arrived; never changed
//   account#<id>  position                             how far the statement is
//   lines#<id>    <occurred at>#<transaction>#<role>   a line, in the order in which they are shown
//   gaps          <account id>                         an account that waits for a missing entry
//   wipe          wipe                                 there while the table is being emptied

export const entriesOf = (accountId: string): string => `account#${accountId}`;
export const linesOf = (accountId: string): string => `lines#${accountId}`;
export const entryPlace = (sequence: bigint): string => `entry#${sequence.toString().padStart(20, '0')}`;
export const positionPlace = 'position';
export const gapsPartition = 'gaps';
export const wipeKey = { pk: 'wipe', sk: 'wipe' };

export function linePlace({ occurredAt, transactionId, role }: LineKey): string {
  return `${occurredAt.toISOString()}#${transactionId}#${role}`;
}

export function entryItem(entry: Entry) {
  return {
    ...entry,
    pk: entriesOf(entry.accountId),
    sk: entryPlace(entry.sequence),
    bookedAt: entry.bookedAt.toISOString(),
    ...(isMovement(entry)
      ? { transactionCreatedAt: entry.transactionCreatedAt.toISOString(), line: linePlace(lineKeyOf(entry)) }
      : {}),
  };
}

/** What is read of an entry again. */
export type EntryItem = Omit<Step, 'bookedAt'> & { bookedAt: string; hash: string; line?: string };

export function toStep({ sequence, posted, held, available, bookedAt }: EntryItem): Step {
  return {
    sequence,
    posted: cents(posted),
    held: cents(held),
    available: cents(available),
    bookedAt: new Date(bookedAt),
  };
}

export function positionItem(accountId: string, position: Position, version: bigint) {
  const { bookedAt, ...rest } = position;
  return {
    ...rest,
    pk: entriesOf(accountId),
    sk: positionPlace,
    accountId,
    bookedAt: bookedAt?.toISOString(),
    version,
  };
}

export type PositionItem = Omit<Position, 'bookedAt'> & { accountId: string; bookedAt?: string; version: bigint };

export function toPosition({ sequence, posted, held, available, highest, bookedAt }: PositionItem): Position {
  return {
    sequence,
    posted: cents(posted),
    held: cents(held),
    available: cents(available),
    highest,
    bookedAt: bookedAt === undefined ? undefined : new Date(bookedAt),
  };
}

export function lineItem(facts: LineFacts, version: bigint) {
  const { key, lastPosted, first, ...rest } = facts;
  return {
    ...rest,
    pk: linesOf(key.accountId),
    sk: linePlace(key),
    accountId: key.accountId,
    occurredAt: key.occurredAt.toISOString(),
    transactionId: key.transactionId,
    role: key.role,
    lastPosted: lastPosted && { ...lastPosted, bookedAt: lastPosted.bookedAt.toISOString() },
    first,
    version,
  };
}

type Text = Omit<LineFacts['first']['text'], 'installments'> & { installments: bigint };
type Posted = { sequence: bigint; balance: bigint; bookedAt: string };

export type LineItem = {
  sk: string;
  accountId: string;
  occurredAt: string;
  transactionId: string;
  role: string;
  kind: LineKind;
  placed: bigint;
  released: bigint;
  posted: bigint;
  lastPlaced?: bigint;
  lastReleased?: bigint;
  lastPosted?: Posted;
  first: { sequence: bigint; text: Text };
  version: bigint;
};

export function toLineFacts(item: LineItem): LineFacts {
  const { accountId, transactionId, role, kind, lastPosted, first } = item;
  return {
    key: { accountId, transactionId, role, occurredAt: new Date(item.occurredAt) },
    kind,
    placed: cents(item.placed),
    released: cents(item.released),
    posted: cents(item.posted),
    lastPlaced: item.lastPlaced,
    lastReleased: item.lastReleased,
    lastPosted: lastPosted && {
      sequence: lastPosted.sequence,
      balance: cents(lastPosted.balance),
      bookedAt: new Date(lastPosted.bookedAt),
    },
    first: { sequence: first.sequence, text: { ...first.text, installments: Number(first.text.installments) } },
  };
}
