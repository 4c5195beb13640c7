import { cents } from '@ipe/money/cents';
import { type AccountChange, type Entry, type EntryText, isMovement, type Movement } from '../../domain/entry.ts';
import type { Hold } from '../../domain/hold.ts';
import type { Step } from '../../domain/position.ts';

// One table.
//   account#<id>  entry#<sequence>   an entry as it arrived, and how far the statement was with it; never changed
//   holds#<id>    <transaction>      what the entries of a hold come to, once another than the placing one has changed it
//   open#<id>     <sequence>         an open hold, by the entry that placed it
//   gaps          <account id>       an account in which an entry came before one that was missing
//   wipe          wipe               there while the table is being emptied

export const entriesOf = (accountId: string): string => `account#${accountId}`;
export const holdsOf = (accountId: string): string => `holds#${accountId}`;
export const openHoldsOf = (accountId: string): string => `open#${accountId}`;
export const sequencePlace = (sequence: bigint): string => sequence.toString().padStart(20, '0');
export const entryPlace = (sequence: bigint): string => `entry#${sequencePlace(sequence)}`;
/** Beyond any. */
export const lastSequence = 10n ** 20n - 1n;
export const gapsPartition = 'gaps';
export const wipeKey = { pk: 'wipe', sk: 'wipe' };

/** reached: all of the account's entries up to this sequence are there, and maybe more. */
export function entryItem(entry: Entry, reached: bigint) {
  return {
    ...entry,
    reached,
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
  reached?: bigint;
};
export type MovementItem = Stored<Movement> & { transactionCreatedAt: string };
export type EntryItem = MovementItem | Stored<AccountChange>;

/** Entries from before they told it are taken to have come in order. */
export function reachedWith({ reached, sequence }: EntryItem): bigint {
  return reached ?? sequence;
}

export function toMovement({ pk: _pk, sk: _sk, reached: _reached, ...item }: MovementItem): Movement {
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

export type OpenItem = { sk: string; transactionId: string };

/** highest: the last sequence that had arrived. */
export type GapItem = { pk: string; sk: string; highest: bigint };

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
