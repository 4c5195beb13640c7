import { Inject, Injectable } from '@nestjs/common';
import { type Expiry, printedExpiry } from '../domain/expiry.ts';
import type { Refusal } from '../domain/refusal.ts';
import { CardStore, KeyVault, NumberSecrets } from './ports.ts';

export type RevealOutcome =
  | { kind: 'revealed'; number: string; expiry: Expiry; cvv: string }
  | { kind: 'refused'; refusal: Refusal };

@Injectable()
export class RevealCard {
  constructor(
    @Inject(CardStore) private readonly store: CardStore,
    @Inject(KeyVault) private readonly vault: KeyVault,
    @Inject(NumberSecrets) private readonly secrets: NumberSecrets,
  ) {}

  /** For the holder only. Throws SealBroken when the stored number was tampered with. */
  async execute(cardId: string, customerId: string): Promise<RevealOutcome> {
    const stored = await this.store.find(cardId);
    if (stored?.card.customerId !== customerId) return { kind: 'refused', refusal: 'card_not_found' };
    const number = await this.vault.open(stored.sealedNumber, cardId);
    const expiry = printedExpiry(stored.card.expiresAt);
    return { kind: 'revealed', number, expiry, cvv: this.secrets.cvv(number, expiry) };
  }
}
