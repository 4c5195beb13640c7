import { cents } from '@ipe/money/cents';
import { type AccountChange, type Entry, type EntryText, isMovement, type Movement } from '../../domain/entry.ts';
import type { Hold } from '../../domain/hold.ts';
import type { Position, Step } from '../../domain/position.ts';

// One table.
//   account#<id>  entry#<sequence>   an entry, as it arrived; never changed: those that post are lines by themselves
//   account#<id>  position           how far the statement is
//   holds#<id>    <transaction>      what the entries of a hold come to: its line while it is not posted
//   open#<id>     <sequence>         an open hold, by the entry that placed it
//   gaps          <account id>       an account that waits for a missing entry
//   wipe          wipe               there while the table is being emptied

export const entriesOf = (accountId: string): string => `account#${accountId}`;
export const holdsOf = (accountId: string): string => `holds#${accountId}`;
export const openHoldsOf = (accountId: string): string => `open#${accountId}`;
export const sequencePlace = (sequence: bigint): string => sequence.toString().padStart(20, '0');
export const entryPlace = (sequence: bigint): string => `entry#${sequencePlace(sequence)}`;
export const positionPlace = 'position';
export const gapsPartition = 'gaps';
export const wipeKey = { pk: 'wipe', sk: 'wipe' };

export function entryItem(entry: Entry) {
  return {
    ...entry,
    pk: entriesOf(entry.accountId),
    sk: entryPlace(entry.sequence),
    bookedAt: entry.bookedAt.toISOString(),
    ...(isMovement(entry) ? { transactionCreatedAt: entry.transactionCreatedAt.toISOString() } : {}),
  };
}

type Stored<E extends Entry> = Omit<E, 'bookedAt' | 'transactionCreatedAt' | 'installments'> & {
  pk: string;
  sk: string;
  bookedAt: string;
  installments: bigint;
};
export type MovementItem = Stored<Movement> & { transactionCreatedAt: string };
export type EntryItem = MovementItem | Stored<AccountChange>;

export function toMovement({ pk: _pk, sk: _sk, ...item }: MovementItem): Movement {
  return {
    ...item,
    ...toStep(item),
    postedDelta: cents(item.postedDelta),
    heldDelta: cents(item.heldDelta),
    installments: Number(item.installments),
    transactionCreatedAt: new Date(item.transactionCreatedAt),
  };
}

export function toStep({
  sequence,
  posted,
  held,
  available,
  bookedAt,
}: Omit<Step, 'bookedAt'> & { bookedAt: string }): Step {
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

export function holdItem({ key, occurredAt, ...rest }: Hold, version: bigint) {
  const { accountId, transactionId } = key;
  return {
    ...rest,
    pk: holdsOf(accountId),
    sk: transactionId,
    accountId,
    occurredAt: occurredAt.toISOString(),
    version,
  };
}

type Text = Omit<EntryText, 'installments'> & { installments: bigint };
export type HoldItem = Omit<Hold, 'key' | 'occurredAt' | 'first' | 'placedAt'> & {
  sk: string;
  accountId: string;
  occurredAt: string;
  placedAt?: bigint;
  first: { sequence: bigint; text: Text };
  version: bigint;
};

export function toHold(item: HoldItem): Hold {
  const { sk: transactionId, accountId, first, changedAt, ended } = item;
  return {
    key: { accountId, transactionId },
    occurredAt: new Date(item.occurredAt),
    placed: cents(item.placed),
    released: cents(item.released),
    captured: cents(item.captured),
    placedAt: item.placedAt,
    changedAt,
    ended,
    first: { sequence: first.sequence, text: { ...first.text, installments: Number(first.text.installments) } },
  };
}
