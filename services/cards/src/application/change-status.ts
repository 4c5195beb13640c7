import { Inject, Injectable } from '@nestjs/common';
import type { Card } from '../domain/card.ts';
import type { StatusDecision } from '../domain/status-change.ts';
import { type CardOutcome, CardStore, Unavailable, type Write } from './ports.ts';

const triesUnderContention = 10;

/** What blocking and unblocking share: whose card, once for each key, and decided on the state that it is written over. */
@Injectable()
export class ChangeStatus {
  constructor(@Inject(CardStore) private readonly store: CardStore) {}

  async execute(
    write: Write,
    target: { cardId: string; customerId: string | undefined },
    decide: (card: Card) => StatusDecision,
  ): Promise<CardOutcome> {
    const before = await this.store.findWrite(write);
    if (before) return asOutcome(before);
    for (let attempt = 1; attempt <= triesUnderContention; attempt += 1) {
      const stored = await this.store.find(target.cardId);
      if (!stored || (target.customerId !== undefined && stored.card.customerId !== target.customerId)) {
        return { kind: 'refused', refusal: 'card_not_found' };
      }
      const decision = decide(stored.card);
      if (decision.kind === 'refused') return decision;
      const outcome = await this.store.changeOnce(write, stored, decision.card);
      if (outcome.kind === 'written') return { kind: 'done', card: decision.card };
      if (outcome.kind !== 'stale') return asOutcome(outcome);
    }
    throw new Unavailable('card_contended');
  }
}

function asOutcome(before: { kind: 'replayed'; card: Card } | { kind: 'key_reused' }): CardOutcome {
  if (before.kind === 'replayed') return { kind: 'done', card: before.card };
  return { kind: 'refused', refusal: 'idempotency_key_reused' };
}
