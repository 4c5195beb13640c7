import type { CardCredentials, CardRegistry } from '../../src/application/ports.ts';
import type { CardFinding } from '../../src/domain/decide-authorize.ts';
import type { SimulatedProcess } from './simulated-process.ts';
import type { World } from './world.ts';

const known = { cardId: 'crd_1', accountId: 'acc_card', lastFour: '4242' };

export const cardNumbers = ['valid', 'valid', 'valid', 'card_blocked', 'unknown_card', 'silent'] as const;

/** Knows a card by its number, which says what is found; it takes its time, and at times says nothing. */
export class SimulatedCards implements CardRegistry {
  constructor(
    private readonly world: World,
    private readonly process: SimulatedProcess,
  ) {}

  async verify({ number }: CardCredentials, deadlineMs: number): Promise<CardFinding> {
    const takesMs = this.world.random.skewed(1, 150);
    await this.process.wait(Math.max(0, Math.min(takesMs, deadlineMs)));
    if (number === 'silent' || takesMs > deadlineMs) throw new Error('no answer within the deadline');
    return { verdict: number as CardFinding['verdict'], ...known };
  }
}
