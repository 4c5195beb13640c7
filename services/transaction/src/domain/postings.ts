import { type Cents, cents } from '@ipe/money/cents';
import type { EntryKind } from './entry.ts';
import type { Transaction } from './transaction.ts';

/** A line to be written: what it adds to an account, signed in the holder's favour. */
export type Posting = Readonly<{
  accountId: string;
  counterpartyAccountId: string;
  kind: EntryKind;
  posted: Cents;
  held: Cents;
}>;

// The posting templates: every movement of the bank, as an accountant would write it down.
// In each, the posted amounts sum to zero; what is held is a promise and moves no money.

/** The purchase is approved: the amount is set aside on the card's account. */
export function holdPostings(purchase: Transaction): Posting[] {
  return [onCard(purchase, 'HOLD_PLACED', 0n, purchase.amount)];
}

/** The shop takes `amount` of what is held; `released` of the rest is given free in the same breath. */
export function capturePostings(purchase: Transaction, amount: Cents, released: Cents): Posting[] {
  return [
    onCard(purchase, 'CAPTURE', -amount, -amount),
    onMerchant(purchase, 'CAPTURE', amount),
    ...(released > 0n ? [onCard(purchase, 'HOLD_RELEASED', 0n, -released)] : []),
  ];
}

/** The shop wants no more of what is held. */
export function voidPostings(purchase: Transaction): Posting[] {
  return [onCard(purchase, 'HOLD_RELEASED', 0n, -purchase.held)];
}

/** The hold ran out. */
export function expiryPostings(purchase: Transaction): Posting[] {
  return [onCard(purchase, 'HOLD_EXPIRED', 0n, -purchase.held)];
}

/** The shop gives `amount` of what it captured back. */
export function refundPostings(purchase: Transaction, amount: Cents): Posting[] {
  return [onMerchant(purchase, 'REFUND', -amount), onCard(purchase, 'REFUND', amount, 0n)];
}

/** One account gives, the other gets. */
export function transferPostings(transfer: Transaction): Posting[] {
  return [giving(transfer, 'TRANSFER'), getting(transfer, 'TRANSFER')];
}

/** A transfer's opposite: the one who got gives back. Its accounts are already turned round. */
export function reversalPostings(reversal: Transaction): Posting[] {
  return [giving(reversal, 'REVERSAL'), getting(reversal, 'REVERSAL')];
}

function onCard(purchase: Transaction, kind: EntryKind, posted: bigint, held: bigint): Posting {
  return {
    accountId: purchase.debitAccountId,
    counterpartyAccountId: purchase.creditAccountId,
    kind,
    posted: cents(posted),
    held: cents(held),
  };
}

function onMerchant(purchase: Transaction, kind: EntryKind, posted: bigint): Posting {
  return {
    accountId: purchase.creditAccountId,
    counterpartyAccountId: purchase.debitAccountId,
    kind,
    posted: cents(posted),
    held: cents(0n),
  };
}

function giving({ debitAccountId, creditAccountId, amount }: Transaction, kind: EntryKind): Posting {
  return {
    accountId: debitAccountId,
    counterpartyAccountId: creditAccountId,
    kind,
    posted: cents(-amount),
    held: cents(0n),
  };
}

function getting({ debitAccountId, creditAccountId, amount }: Transaction, kind: EntryKind): Posting {
  return {
    accountId: creditAccountId,
    counterpartyAccountId: debitAccountId,
    kind,
    posted: amount,
    held: cents(0n),
  };
}
