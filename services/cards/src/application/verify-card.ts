import { Inject, Injectable } from '@nestjs/common';
import type { Card } from '../domain/card.ts';
import { type Expiry, printedExpiry } from '../domain/expiry.ts';
import { passesLuhn } from '../domain/luhn.ts';
import { decideVerification, type Verdict } from '../domain/verification.ts';
import { CardMetrics, CardStore, Clock, NumberSecrets, type StoredCard, Unavailable } from './ports.ts';

export type PresentedCard = Readonly<{ number: string; expiry: Expiry; cvv: string }>;

/** `card` is absent for an unknown card. */
export type VerificationOutcome = { verdict: Verdict; card: Card | undefined };

// Each lost race is a change that somebody else made, and three wrong tries end in a lock: more is no honest load.
const triesUnderContention = 10;

/** The hot path: one read for a right card, one write more for a wrong CVV or the right one after it. */
@Injectable()
export class VerifyCard {
  constructor(
    @Inject(CardStore) private readonly store: CardStore,
    @Inject(NumberSecrets) private readonly secrets: NumberSecrets,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(CardMetrics) private readonly metrics: CardMetrics,
  ) {}

  async execute(presented: PresentedCard): Promise<VerificationOutcome> {
    const outcome = await this.verify(presented);
    this.metrics.verified(outcome.verdict);
    return outcome;
  }

  private async verify(presented: PresentedCard): Promise<VerificationOutcome> {
    // A mistyped number is no card of ours, and needs no read.
    if (!passesLuhn(presented.number)) return unknownCard;
    let stored = await this.store.findByNumber(this.secrets.index(presented.number));
    if (!stored) return unknownCard;
    for (let attempt = 1; attempt <= triesUnderContention; attempt += 1) {
      const { verdict, changed } = this.decide(stored, presented);
      if (!changed) return { verdict, card: stored.card };
      const outcome = await this.store.change(stored, changed);
      if (outcome.kind === 'written') {
        if (changed.status === 'locked') this.metrics.locked();
        return { verdict, card: changed };
      }
      // Decided on a state that is no more: another try was counted meanwhile, or the card was blocked.
      stored = outcome.stored;
    }
    throw new Unavailable('card_contended');
  }

  private decide({ card }: StoredCard, { number, expiry, cvv }: PresentedCard) {
    const cvvMatches = this.secrets.cvvMatches(number, printedExpiry(card.expiresAt), cvv);
    return decideVerification(card, { expiry, cvvMatches }, this.clock.now());
  }
}

const unknownCard: VerificationOutcome = { verdict: 'unknown_card', card: undefined };
