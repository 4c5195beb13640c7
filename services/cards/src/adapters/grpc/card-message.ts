import {
  BlockReason as BlockReasonMessage,
  type Card as CardMessage,
  CardStatus as CardStatusMessage,
  CardVerdict as CardVerdictMessage,
} from '@ipe/contracts/gen/bank/cards/v1/cards';
import type { Card, CardStatus } from '../../domain/card.ts';
import { printedExpiry } from '../../domain/expiry.ts';
import type { BlockReason } from '../../domain/status-change.ts';
import type { Verdict } from '../../domain/verification.ts';

const statuses: Readonly<Record<CardStatus, CardStatusMessage>> = {
  active: CardStatusMessage.CARD_STATUS_ACTIVE,
  blocked: CardStatusMessage.CARD_STATUS_BLOCKED,
  locked: CardStatusMessage.CARD_STATUS_LOCKED,
  lost: CardStatusMessage.CARD_STATUS_LOST,
  stolen: CardStatusMessage.CARD_STATUS_STOLEN,
  cancelled: CardStatusMessage.CARD_STATUS_CANCELLED,
};

export const verdictMessages: Readonly<Record<Verdict, CardVerdictMessage>> = {
  valid: CardVerdictMessage.CARD_VERDICT_VALID,
  unknown_card: CardVerdictMessage.CARD_VERDICT_UNKNOWN_CARD,
  expired_card: CardVerdictMessage.CARD_VERDICT_EXPIRED_CARD,
  wrong_cvv: CardVerdictMessage.CARD_VERDICT_WRONG_CVV,
  blocked: CardVerdictMessage.CARD_VERDICT_BLOCKED,
  locked: CardVerdictMessage.CARD_VERDICT_LOCKED,
  lost: CardVerdictMessage.CARD_VERDICT_LOST,
  stolen: CardVerdictMessage.CARD_VERDICT_STOLEN,
  cancelled: CardVerdictMessage.CARD_VERDICT_CANCELLED,
};

const blockReasons: Readonly<Record<number, BlockReason>> = {
  [BlockReasonMessage.BLOCK_REASON_HOLDER]: 'holder',
  [BlockReasonMessage.BLOCK_REASON_BANK]: 'bank',
  [BlockReasonMessage.BLOCK_REASON_LOST]: 'lost',
  [BlockReasonMessage.BLOCK_REASON_STOLEN]: 'stolen',
  [BlockReasonMessage.BLOCK_REASON_CANCEL]: 'cancel',
};

/** undefined for a reason that is not said, or that this version does not know. */
export function blockReasonOf(message: BlockReasonMessage): BlockReason | undefined {
  return blockReasons[message];
}

export function toCardMessage(card: Card): CardMessage {
  const { month, year } = printedExpiry(card.expiresAt);
  return {
    cardId: card.cardId,
    customerId: card.customerId,
    accountId: card.accountId,
    holderName: card.holderName,
    lastFour: card.lastFour,
    brand: card.brand,
    expiryMonth: month,
    expiryYear: year,
    expiresAt: card.expiresAt,
    status: statuses[card.status],
    createdAt: card.createdAt,
    limitCents: card.limit,
  };
}
