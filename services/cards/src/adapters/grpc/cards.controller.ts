import type {
  BlockCardRequest,
  BlockCardResponse,
  GetCardRequest,
  GetCardResponse,
  IssueCardRequest,
  IssueCardResponse,
  ListCardsRequest,
  ListCardsResponse,
  RevealCardRequest,
  RevealCardResponse,
  UnblockCardRequest,
  UnblockCardResponse,
  VerifyCardRequest,
  VerifyCardResponse,
  VerifyCardsRequest,
  VerifyCardsResponse,
} from '@ipe/contracts/gen/bank/cards/v1/cards';
import { parseRequest } from '@ipe/service-kit/grpc-request';
import { Controller, Inject, Logger, UseFilters } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import { filter, from, mergeMap, type Observable } from 'rxjs';
import { BlockCard } from '../../application/block-card.ts';
import { GetCard } from '../../application/get-card.ts';
import { IssueCard } from '../../application/issue-card.ts';
import { ListCards } from '../../application/list-cards.ts';
import { type CardOutcome, Unavailable } from '../../application/ports.ts';
import { RevealCard } from '../../application/reveal-card.ts';
import { UnblockCard } from '../../application/unblock-card.ts';
import { VerifyCard } from '../../application/verify-card.ts';
import type { Card } from '../../domain/card.ts';
import { toCardMessage, verdictMessages } from './card-message.ts';
import { fromPageToken, toPageToken } from './list-cursor.ts';
import { toGrpcRefusal } from './refusal-status.ts';
import {
  blockCardRequest,
  getCardRequest,
  issueCardRequest,
  listCardsRequest,
  revealCardRequest,
  unblockCardRequest,
  verifyCardRequest,
  verifyCardsRequest,
} from './requests.ts';
import { UnavailableFilter } from './unavailable.filter.ts';
import { within } from './within.ts';

const logger = new Logger('VerifyCards');

/** How long a verification may take, in milliseconds: below what the core waits. */
export const VerifyTimeoutMs = Symbol('VerifyTimeoutMs');

@Controller()
@UseFilters(UnavailableFilter)
export class CardsController {
  constructor(
    private readonly issueCard: IssueCard,
    private readonly getCard: GetCard,
    private readonly listCards: ListCards,
    private readonly revealCard: RevealCard,
    private readonly blockCard: BlockCard,
    private readonly unblockCard: UnblockCard,
    private readonly verifyCard: VerifyCard,
    @Inject(VerifyTimeoutMs) private readonly verifyTimeoutMs: number,
  ) {}

  @GrpcMethod('CardsService', 'IssueCard')
  async issue(request: IssueCardRequest): Promise<IssueCardResponse> {
    const { limitCents: limit, ...rest } = parseRequest(issueCardRequest, request);
    const command = { ...rest, limit, expiresAt: rest.expiresAt };
    return { card: toCardMessage(cardOf(await this.issueCard.execute(command))) };
  }

  @GrpcMethod('CardsService', 'GetCard')
  async get(request: GetCardRequest): Promise<GetCardResponse> {
    const { cardId, customerId } = parseRequest(getCardRequest, request);
    return { card: toCardMessage(cardOf(await this.getCard.execute(cardId, customerId))) };
  }

  @GrpcMethod('CardsService', 'ListCards')
  async list(request: ListCardsRequest): Promise<ListCardsResponse> {
    const { customerId, pageSize, pageToken } = parseRequest(listCardsRequest, request);
    const { cards, next } = await this.listCards.execute(customerId, pageSize, fromPageToken(pageToken));
    return { cards: cards.map(toCardMessage), nextPageToken: toPageToken(next) };
  }

  @GrpcMethod('CardsService', 'RevealCard')
  async reveal(request: RevealCardRequest): Promise<RevealCardResponse> {
    const { cardId, customerId } = parseRequest(revealCardRequest, request);
    const outcome = await this.revealCard.execute(cardId, customerId);
    if (outcome.kind === 'refused') throw toGrpcRefusal(outcome.refusal);
    const { number, expiry, cvv } = outcome;
    return { number, expiryMonth: expiry.month, expiryYear: expiry.year, cvv };
  }

  @GrpcMethod('CardsService', 'BlockCard')
  async block(request: BlockCardRequest): Promise<BlockCardResponse> {
    const command = parseRequest(blockCardRequest, request);
    return { card: toCardMessage(cardOf(await this.blockCard.execute(command))) };
  }

  @GrpcMethod('CardsService', 'UnblockCard')
  async unblock(request: UnblockCardRequest): Promise<UnblockCardResponse> {
    const command = parseRequest(unblockCardRequest, request);
    return { card: toCardMessage(cardOf(await this.unblockCard.execute(command))) };
  }

  @GrpcMethod('CardsService', 'VerifyCard')
  async verify(request: VerifyCardRequest): Promise<VerifyCardResponse> {
    return this.finding(parseRequest(verifyCardRequest, request));
  }

  @GrpcMethod('CardsService', 'VerifyCards')
  verifyEach(request: VerifyCardsRequest): Observable<VerifyCardsResponse> {
    const { cards } = parseRequest(verifyCardsRequest, request);
    return from(cards).pipe(
      mergeMap(async (card, index) => ({ index, finding: await this.finding(card).catch(notKnown) })),
      filter(({ finding }) => finding !== undefined),
    );
  }

  private async finding({ number, expiryMonth, expiryYear, cvv }: VerifyCardRequest): Promise<VerifyCardResponse> {
    const presented = { number, expiry: { month: expiryMonth, year: expiryYear }, cvv };
    const { verdict, card } = await within(this.verifyTimeoutMs, this.verifyCard.execute(presented));
    return {
      verdict: verdictMessages[verdict],
      cardId: card?.cardId ?? '',
      accountId: card?.accountId ?? '',
      customerId: card?.customerId ?? '',
      lastFour: card?.lastFour ?? '',
    };
  }
}

/** One card that cannot be looked up says nothing of the others, whatever is wrong with it. */
function notKnown(error: unknown): undefined {
  if (error instanceof Unavailable) logger.warn(error);
  else logger.error(error);
}

function cardOf(outcome: CardOutcome): Card {
  if (outcome.kind === 'refused') throw toGrpcRefusal(outcome.refusal);
  return outcome.card;
}
