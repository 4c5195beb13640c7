import type { Card, CardStatus } from './card.ts';
import { type Expiry, isExpired, printedExpiry } from './expiry.ts';

const wrongCvvsThatLock = 3;

/** What a verification of a card that exists can find; a number that does not exist is `unknown_card`. */
export type CardVerdict = 'valid' | 'expired_card' | 'wrong_cvv' | Exclude<CardStatus, 'active'>;
export type Verdict = CardVerdict | 'unknown_card';

/** `changed`: what the card has become by it; absent, nothing is to be written. */
export type Verification = { verdict: CardVerdict; changed?: Card };

/**
 * Status comes first, then the expiry, then the CVV: a card that does not pay tells nothing about the rest, and a
 * wrong expiry is no try at the CVV. The third wrong CVV in a row locks; a right one begins the count anew.
 */
export function decideVerification(
  card: Card,
  presented: Readonly<{ expiry: Expiry; cvvMatches: boolean }>,
  now: Date,
): Verification {
  if (card.status !== 'active') return { verdict: card.status };
  const printed = printedExpiry(card.expiresAt);
  const sameExpiry = printed.month === presented.expiry.month && printed.year === presented.expiry.year;
  if (isExpired(card.expiresAt, now) || !sameExpiry) return { verdict: 'expired_card' };
  if (!presented.cvvMatches) {
    const wrongCvvs = card.wrongCvvs + 1;
    const status = wrongCvvs >= wrongCvvsThatLock ? 'locked' : card.status;
    return { verdict: 'wrong_cvv', changed: { ...card, wrongCvvs, status } };
  }
  return card.wrongCvvs === 0 ? { verdict: 'valid' } : { verdict: 'valid', changed: { ...card, wrongCvvs: 0 } };
}
