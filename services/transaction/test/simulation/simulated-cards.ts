import type { CardCredentials, CardRegistry } from '../../src/application/ports.ts';
import type { CardFinding } from '../../src/domain/decide-authorize.ts';
import type { SimulatedProcess } from './simulated-process.ts';
import type { World } from './world.ts';

export const cardNumbers = [
  ...['valid', 'valid', 'valid', 'valid', 'valid@pts_0', 'valid@acc_shop'],
  ...['card_blocked', 'unknown_card', 'silent'],
];

/**
 * Knows a card by its number, which says what is found, and behind an @ whose it is. It takes its time, and at times says
 * nothing. One that is moody is blocked at one time and valid at another.
 */
export class SimulatedCards implements CardRegistry {
  constructor(
    private readonly world: World,
    private readonly process: SimulatedProcess,
  ) {}

  async verify({ number }: CardCredentials, deadlineMs: number): Promise<CardFinding> {
    const takesMs = this.world.random.skewed(1, 150);
    await this.process.wait(Math.max(0, Math.min(takesMs, deadlineMs)));
    if (number === 'silent' || takesMs > deadlineMs) throw new Error('no answer within the deadline');
    const [found = '', accountId = 'acc_card'] = number.split('@');
    if (found === 'unknown_card' && accountId === '') return { verdict: found, cardId: '', accountId, lastFour: '' };
    const verdict = found === 'moody' ? this.world.random.pick(['valid', 'card_blocked'] as const) : found;
    return { verdict: verdict as CardFinding['verdict'], cardId: 'crd_1', accountId, lastFour: '4242' };
  }
}
