import type { Card, CardStatus } from './card.ts';

export type BlockReason = 'holder' | 'bank' | 'lost' | 'stolen' | 'cancel';

export type StatusRefusal = 'card_status_final' | 'blocked_by_bank';

export type StatusDecision = { kind: 'accepted'; card: Card } | { kind: 'refused'; refusal: StatusRefusal };

const finalStatuses: ReadonlySet<CardStatus> = new Set(['lost', 'stolen', 'cancelled']);

const statusFor: Readonly<Record<BlockReason, CardStatus>> = {
  holder: 'blocked',
  bank: 'blocked',
  lost: 'lost',
  stolen: 'stolen',
  cancel: 'cancelled',
};

/** Asked again for what it is already, a card stays as it is; the bank's block outranks the holder's. */
export function decideBlock(card: Card, reason: BlockReason): StatusDecision {
  const status = statusFor[reason];
  if (finalStatuses.has(card.status)) {
    return card.status === status ? accepted(card) : { kind: 'refused', refusal: 'card_status_final' };
  }
  if (status !== 'blocked') return accepted({ ...card, status });
  const byBank = reason === 'bank' || (card.status === 'blocked' && card.blockedBy === 'bank');
  return accepted({ ...card, status, blockedBy: byBank ? 'bank' : 'holder' });
}

/** Lifts a block and the lock of wrong CVVs. The holder cannot lift what the bank blocked; the bank can lift either. */
export function decideUnblock(card: Card, by: 'holder' | 'bank'): StatusDecision {
  if (finalStatuses.has(card.status)) return { kind: 'refused', refusal: 'card_status_final' };
  if (card.status === 'active') return accepted(card);
  if (card.status === 'blocked' && card.blockedBy === 'bank' && by === 'holder') {
    return { kind: 'refused', refusal: 'blocked_by_bank' };
  }
  return accepted({ ...card, status: 'active', blockedBy: 'nobody', wrongCvvs: 0 });
}

function accepted(card: Card): StatusDecision {
  return { kind: 'accepted', card };
}
