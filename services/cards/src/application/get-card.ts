import { Inject, Injectable } from '@nestjs/common';
import { type CardOutcome, CardStore } from './ports.ts';

@Injectable()
export class GetCard {
  constructor(@Inject(CardStore) private readonly store: CardStore) {}

  /** With a customer, a card of somebody else is not found: that it exists is not told. */
  async execute(cardId: string, customerId: string | undefined): Promise<CardOutcome> {
    const stored = await this.store.find(cardId);
    if (!stored || (customerId !== undefined && stored.card.customerId !== customerId)) {
      return { kind: 'refused', refusal: 'card_not_found' };
    }
    return { kind: 'done', card: stored.card };
  }
}
