import { Server } from '@grpc/grpc-js';
import {
  type CardsServiceServer,
  CardsServiceService,
  CardVerdict,
  type VerifyCardResponse,
} from '@ipe/contracts/gen/bank/cards/v1/cards';
import { listening } from '@ipe/testing/listening';

const known = { cardId: 'crd_1', accountId: 'acc_card', customerId: 'cus_1', lastFour: '4242' };

/** What each number's card is found to be. */
export const numbers = {
  valid: '6505160000004242',
  unknown: '6505160000000001',
  expired: '6505160000000002',
  wrongCvv: '6505160000000003',
  blocked: '6505160000000004',
  locked: '6505160000000005',
  lost: '6505160000000006',
  stolen: '6505160000000007',
  cancelled: '6505160000000008',
  /** Never answered. */
  silent: '6505160000000009',
};

const findings: Record<string, VerifyCardResponse> = {
  [numbers.valid]: { verdict: CardVerdict.CARD_VERDICT_VALID, ...known },
  [numbers.unknown]: {
    verdict: CardVerdict.CARD_VERDICT_UNKNOWN_CARD,
    cardId: '',
    accountId: '',
    customerId: '',
    lastFour: '',
  },
  [numbers.expired]: { verdict: CardVerdict.CARD_VERDICT_EXPIRED_CARD, ...known },
  [numbers.wrongCvv]: { verdict: CardVerdict.CARD_VERDICT_WRONG_CVV, ...known },
  [numbers.blocked]: { verdict: CardVerdict.CARD_VERDICT_BLOCKED, ...known },
  [numbers.locked]: { verdict: CardVerdict.CARD_VERDICT_LOCKED, ...known },
  [numbers.lost]: { verdict: CardVerdict.CARD_VERDICT_LOST, ...known },
  [numbers.stolen]: { verdict: CardVerdict.CARD_VERDICT_STOLEN, ...known },
  [numbers.cancelled]: { verdict: CardVerdict.CARD_VERDICT_CANCELLED, ...known },
};

/** A cards service on a port of its own, that knows the numbers above. */
export async function startFakeCards(): Promise<{ address: string; checks: string[]; stop: () => void }> {
  const checks: string[] = [];
  const server = new Server();
  type VerifyCards = CardsServiceServer['verifyCards'];
  const verifyCards: VerifyCards = (call) => {
    for (const [index, { number }] of call.request.cards.entries()) {
      checks.push(number);
      const finding = findings[number];
      if (finding) call.write({ index, finding });
    }
    if (call.request.cards.every(({ number }) => findings[number])) call.end();
  };
  // The other methods of the service are not called by the core.
  server.addService({ verifyCards: CardsServiceService.verifyCards }, { verifyCards });
  const address = await listening(server);
  return { address, checks, stop: () => server.forceShutdown() };
}
