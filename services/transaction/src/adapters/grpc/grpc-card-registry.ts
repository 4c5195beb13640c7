import { Metadata, type ServiceError } from '@grpc/grpc-js';
import { type CardsServiceClient, CardVerdict, type VerifyCardResponse } from '@ipe/contracts/gen/bank/cards/v1/cards';
import { fromServiceError } from '@ipe/service-kit/grpc-status';
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

/** As many cards as the cards service takes in one call. */
const mostAtOnce = 100;

type Question = Readonly<{ card: CardCredentials; until: number; finding: PromiseWithResolvers<CardFinding> }>;

/**
 * Asks the cards service: once for all cards that are presented in the same turn, for a call costs more than what it
 * asks. Each finding is told as soon as it is there. Its errors tell a status, never what was asked.
 */
export class GrpcCardRegistry implements CardRegistry {
  private gathering: Question[] = [];

  constructor(private readonly client: CardsServiceClient) {}

  verify(card: CardCredentials, deadlineMs: number): Promise<CardFinding> {
    if (this.gathering.length === mostAtOnce) this.ask();
    const question = { card, until: Date.now() + deadlineMs, finding: Promise.withResolvers<CardFinding>() };
    if (this.gathering.push(question) === 1) setImmediate(() => this.ask());
    return question.finding.promise;
  }

  close(): void {
    this.client.close();
  }

  private ask(): void {
    const questions = this.gathering;
    if (questions.length === 0) return;
    this.gathering = [];
    // Failing at once would decline every purchase in the moment in which cards restarts.
    const metadata = new Metadata({ waitForReady: true });
    const deadline = Math.max(...questions.map(({ until }) => until));
    const findings = this.client.verifyCards({ cards: questions.map(({ card }) => card) }, metadata, { deadline });
    findings.on('data', ({ index, finding }) => {
      if (finding) questions[index]?.finding.resolve(cardFinding(finding));
    });
    // What has its answer by then is not changed by the end.
    const none = (error: Error) => questions.forEach(({ finding }) => void finding.reject(error));
    findings.on('end', () => none(new Error('the cards service cannot tell it in time')));
    // A call's stream fails with nothing else, whatever its type says.
    findings.on('error', (error) => none(fromServiceError(error as ServiceError)));
  }
}

function cardFinding({ verdict, cardId, accountId, lastFour }: VerifyCardResponse): CardFinding {
  return { verdict: verdicts[verdict] ?? 'card_state_unknown', cardId, accountId, lastFour };
}
