import { Body, Controller, Inject, Param, Query } from '@nestjs/common';
import { Cards, type Write } from '../../application/ports.ts';
import { present } from '../../application/refused.ts';
import { AsWrite, CustomerId } from './caller.ts';
import {
  type BlockCardBody,
  blockCardBody,
  type CardAnswer,
  type CardPath,
  cardAnswer,
  cardPath,
  cardsAnswer,
  holderReasons,
  type IssueCardBody,
  issueCardBody,
  type SecretsAnswer,
  secretsAnswer,
  viewCard,
  viewSecrets,
} from './card.schema.ts';
import { noFields, type PageQuery, pageOnly } from './fields.ts';
import { Route } from './route.ts';
import { page } from './view.ts';

@Controller()
export class CardsController {
  constructor(@Inject(Cards) private readonly cards: Cards) {}

  @Route('POST', '/v1/cards', {
    summary: 'Issue a virtual credit card',
    tag: 'Cards',
    access: ['cards:write'],
    answers: { 201: { description: 'Issued', schema: cardAnswer } },
    problems: { 422: 'limit_above_policy' },
  })
  async issue(
    @CustomerId() customerId: string,
    @AsWrite() write: Write,
    @Body({ schema: issueCardBody }) { holderName, limit, expiresAt }: IssueCardBody,
  ): Promise<CardAnswer> {
    const request = { ...write, customerId, holderName, limitCents: limit, expiresAt };
    return viewCard(present((await this.cards.issueCard(request)).card, 'the card'));
  }

  @Route('GET', '/v1/cards', {
    summary: 'List own cards, oldest first',
    tag: 'Cards',
    access: ['cards:read'],
    answers: { 200: { description: 'A page', schema: cardsAnswer } },
  })
  async list(@CustomerId() customerId: string, @Query({ schema: pageOnly }) { limit, cursor }: PageQuery) {
    const answer = await this.cards.listCards({ customerId, pageSize: limit, pageToken: cursor });
    return page(answer.cards.map(viewCard), answer.nextPageToken);
  }

  @Route('GET', '/v1/cards/:cardId', {
    summary: 'See a card',
    tag: 'Cards',
    access: ['cards:read'],
    answers: { 200: { description: 'The card', schema: cardAnswer } },
  })
  async get(@CustomerId() customerId: string, @Param({ schema: cardPath }) { cardId }: CardPath): Promise<CardAnswer> {
    return viewCard(present((await this.cards.getCard({ cardId, customerId })).card, 'the card'));
  }

  @Route('GET', '/v1/cards/:cardId/secrets', {
    summary: 'See a card’s number and CVV',
    description: 'Never cached.',
    tag: 'Cards',
    access: ['cards:write'],
    answers: { 200: { description: 'What the card shows', schema: secretsAnswer } },
  })
  async secrets(
    @CustomerId() customerId: string,
    @Param({ schema: cardPath }) { cardId }: CardPath,
  ): Promise<SecretsAnswer> {
    return viewSecrets(await this.cards.revealCard({ cardId, customerId }));
  }

  @Route('POST', '/v1/cards/:cardId/block', {
    summary: 'Block a card, in force with the next purchase',
    description: 'Lost, stolen and cancel are for good.',
    tag: 'Cards',
    access: ['cards:write'],
    answers: { 200: { description: 'After the block', schema: cardAnswer } },
  })
  async block(
    @CustomerId() customerId: string,
    @AsWrite() write: Write,
    @Param({ schema: cardPath }) { cardId }: CardPath,
    @Body({ schema: blockCardBody }) body: BlockCardBody,
  ): Promise<CardAnswer> {
    const reason = holderReasons.toNumber(body.reason);
    const { card } = await this.cards.blockCard({ ...write, cardId, customerId, reason });
    return viewCard(present(card, 'the card'));
  }

  @Route('POST', '/v1/cards/:cardId/unblock', {
    summary: 'Lift a block, and the lock of wrong CVVs',
    tag: 'Cards',
    access: ['cards:write'],
    answers: { 200: { description: 'After it', schema: cardAnswer } },
  })
  async unblock(
    @CustomerId() customerId: string,
    @AsWrite() write: Write,
    @Param({ schema: cardPath }) { cardId }: CardPath,
    @Body({ schema: noFields.optional() }) _body: unknown,
  ): Promise<CardAnswer> {
    const { card } = await this.cards.unblockCard({ ...write, cardId, customerId });
    return viewCard(present(card, 'the card'));
  }
}
