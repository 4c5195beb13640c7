import { type CardsServiceClient, CardVerdict } from '@ipe/contracts/gen/bank/cards/v1/cards';
import { call } from '@ipe/service-kit/grpc-client';
import type { CardCredentials, CardRegistry } from '../../application/ports.ts';
import type { CardFinding } from '../../domain/decide-authorize.ts';

/** What each verdict of the cards service means here; one that is not known here does not pay. */
const verdicts: Readonly<Partial<Record<CardVerdict, CardFinding['verdict']>>> = {
  [CardVerdict.CARD_VERDICT_VALID]: 'valid',
  [CardVerdict.CARD_VERDICT_UNKNOWN_CARD]: 'unknown_card',
  [CardVerdict.CARD_VERDICT_EXPIRED_CARD]: 'expired_card',
  [CardVerdict.CARD_VERDICT_WRONG_CVV]: 'wrong_cvv',
  [CardVerdict.CARD_VERDICT_BLOCKED]: 'card_blocked',
  [CardVerdict.CARD_VERDICT_LOCKED]: 'card_locked',
  [CardVerdict.CARD_VERDICT_LOST]: 'card_lost',
  [CardVerdict.CARD_VERDICT_STOLEN]: 'card_stolen',
  [CardVerdict.CARD_VERDICT_CANCELLED]: 'card_cancelled',
};

/** Asks the cards service. Its errors tell a status, never what was asked. */
export class GrpcCardRegistry implements CardRegistry {
  constructor(private readonly client: CardsServiceClient) {}

  async verify(card: CardCredentials, deadlineMs: number): Promise<CardFinding> {
    // Failing at once would decline every purchase in the moment in which cards restarts.
    const found = await call(this.client, this.client.verifyCard, { ...card }, deadlineMs, { waitForReady: true });
    return {
      verdict: verdicts[found.verdict] ?? 'card_state_unknown',
      cardId: found.cardId,
      accountId: found.accountId,
      lastFour: found.lastFour,
    };
  }

  close(): void {
    this.client.close();
  }
}
