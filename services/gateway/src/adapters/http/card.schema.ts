import { BlockReason, type Card, CardStatus, type RevealCardResponse } from '@ipe/contracts/gen/bank/cards/v1/cards';
import { z } from 'zod';
import * as field from './fields.ts';
import { money, someWordsOf, timestamp, wordsOf } from './view.ts';

const cardStatuses = wordsOf(CardStatus, 'CARD_STATUS', ['active', 'blocked', 'locked', 'lost', 'stolen', 'cancelled']);
export const holderReasons = someWordsOf(BlockReason, 'BLOCK_REASON', ['holder', 'lost', 'stolen', 'cancel']);

export const issueCardBody = z
  .strictObject({
    holderName: field.text(2, 26, 'ANA SOUZA'),
    limit: field.positiveMoney,
    expiresAt: field.instant.optional().meta({ description: 'A temporary card expires at this instant' }),
  })
  .meta({ id: 'IssueCard' });
export type IssueCardBody = z.output<typeof issueCardBody>;

export const blockCardBody = z.strictObject({ reason: holderReasons.schema }).meta({ id: 'BlockCard' });
export type BlockCardBody = z.output<typeof blockCardBody>;

export const cardPath = field.pathId('cardId');
export type CardPath = z.output<typeof cardPath>;

export const cardAnswer = z
  .object({
    cardId: field.id('crd_1a'),
    customerId: field.id('cus_4kX9'),
    accountId: field.id('acc_8pZ3kQ').meta({ description: 'The credit-card account that it draws on' }),
    holderName: z.string().meta({ examples: ['ANA SOUZA'] }),
    lastFour: z.string().meta({ examples: ['4242'] }),
    brand: z.string(),
    expiryMonth: z.int(),
    expiryYear: z.int(),
    expiresAt: field.at,
    status: cardStatuses.schema,
    limit: field.amount.meta({ description: 'The limit it was issued with' }),
    createdAt: field.at,
  })
  .meta({ id: 'Card' });
export type CardAnswer = z.output<typeof cardAnswer>;
export const cardsAnswer = field.pageOf(cardAnswer).meta({ id: 'Cards' });

export const secretsAnswer = z
  .object({
    number: z.string().meta({ examples: ['6505160000000009'] }),
    expiryMonth: z.int(),
    expiryYear: z.int(),
    cvv: z.string().meta({ examples: ['123'] }),
  })
  .meta({ id: 'CardSecrets' });
export type SecretsAnswer = z.output<typeof secretsAnswer>;

export function viewCard(card: Card): CardAnswer {
  const { cardId, customerId, accountId, holderName, lastFour, brand, expiryMonth, expiryYear } = card;
  return {
    cardId,
    customerId,
    accountId,
    holderName,
    lastFour,
    brand,
    expiryMonth,
    expiryYear,
    expiresAt: timestamp(card.expiresAt),
    status: cardStatuses.toWord(card.status),
    limit: money(card.limitCents),
    createdAt: timestamp(card.createdAt),
  };
}

export function viewSecrets({ number, expiryMonth, expiryYear, cvv }: RevealCardResponse): SecretsAnswer {
  return { number, expiryMonth, expiryYear, cvv };
}
