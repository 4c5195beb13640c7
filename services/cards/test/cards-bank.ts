import { Metadata } from '@grpc/grpc-js';
import {
  CardsServiceClient,
  type CardVerdict,
  type IssueCardRequest,
  type VerifyCardsResponse,
} from '@ipe/contracts/gen/bank/cards/v1/cards';
import { readConfig } from '@ipe/service-kit/config';
import { call, grpcClient } from '@ipe/service-kit/grpc-client';
import { startService } from '@ipe/service-kit/start-service';
import { testEngines } from '@ipe/testing/engines';
import { FixedClock } from '@ipe/testing/fixed-clock';
import { freePort } from '@ipe/testing/free-port';
import { uniqueName } from '@ipe/testing/unique-name';
import { configSchema } from '../src/config.ts';
import { cardsService } from '../src/create-service.ts';
import { FakeAccountService } from './fake-account-service.ts';

const key = (byte: number): string => Buffer.alloc(32, byte).toString('base64');

/** The environment of a cards service with tables of its own, and the account service it needs. */
export async function cardsEnvironment(changes: Readonly<Record<string, string>> = {}) {
  const accounts = new FakeAccountService(await freePort());
  const env = {
    HTTP_ADDRESS: `127.0.0.1:${await freePort()}`,
    GRPC_ADDRESS: `127.0.0.1:${await freePort()}`,
    DYNAMODB_ENDPOINT: testEngines().dynamodb,
    TABLE_PREFIX: `${uniqueName('test')}-`,
    LOG_LEVEL: 'silent',
    ACCOUNT_ADDRESS: accounts.address,
    ACCOUNT_TIMEOUT_MS: '500',
    VERIFY_TIMEOUT_MS: '5000',
    PAN_INDEX_KEY: key(1),
    CVV_KEY: key(2),
    PAN_SEALING_KEY: key(3),
    ...changes,
  };
  return { accounts, env };
}

/** A cards service in this process, on a clock that stands still, beside a fake account service. */
export async function startCards(changes: Readonly<Record<string, string>> = {}) {
  const { accounts, env } = await cardsEnvironment(changes);
  await accounts.start();
  const clock = new FixedClock();
  const config = readConfig(configSchema, env);
  const app = await startService(cardsService(config, clock));
  const cards = cardsCalls(config.GRPC_ADDRESS);
  const stop = async (): Promise<void> => {
    cards.close();
    await app.close();
    accounts.stop();
  };
  return { app, accounts, clock, config, cards, stop };
}

/** What tests ask, with all that they do not care about filled in. */
export function cardsCalls(address: string) {
  const client = grpcClient(CardsServiceClient, address);
  const deadlineMs = 10_000;
  const fresh = () => ({ caller: 'tests', idempotencyKey: uniqueName('key') });
  return {
    client,
    issue: async (changes: Partial<IssueCardRequest> = {}) => {
      const request = {
        ...fresh(),
        customerId: 'cus_ana',
        holderName: 'ANA SILVA',
        limitCents: 100_000n,
        expiresAt: undefined,
      };
      const { card } = await call(client, client.issueCard, { ...request, ...changes }, deadlineMs);
      return present(card);
    },
    get: async (cardId: string, customerId = '') =>
      present((await call(client, client.getCard, { cardId, customerId }, deadlineMs)).card),
    list: (customerId: string, pageSize = 0, pageToken = '') =>
      call(client, client.listCards, { customerId, pageSize, pageToken }, deadlineMs),
    reveal: (cardId: string, customerId = 'cus_ana') =>
      call(client, client.revealCard, { cardId, customerId }, deadlineMs),
    block: async (cardId: string, reason: number, changes: object = {}) => {
      const request = { ...fresh(), cardId, customerId: '', reason, ...changes };
      return present((await call(client, client.blockCard, request, deadlineMs)).card);
    },
    unblock: async (cardId: string, changes: object = {}) => {
      const request = { ...fresh(), cardId, customerId: '', ...changes };
      return present((await call(client, client.unblockCard, request, deadlineMs)).card);
    },
    verify: (presented: PresentedCard) => call(client, client.verifyCard, presented, deadlineMs),
    /** The verdicts that came, by their card's place. */
    verifyEach: async (cards: readonly PresentedCard[]): Promise<Record<number, CardVerdict | undefined>> => {
      const answers = client.verifyCards({ cards: [...cards] }, new Metadata(), { deadline: Date.now() + deadlineMs });
      const verdicts: Record<number, CardVerdict | undefined> = {};
      for await (const { index, finding } of answers as AsyncIterable<VerifyCardsResponse>) {
        verdicts[index] = finding?.verdict;
      }
      return verdicts;
    },
    close: () => client.close(),
  };
}

type PresentedCard = { number: string; expiryMonth: number; expiryYear: number; cvv: string };

function present<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('the answer has no card');
  return value;
}

/** Any CVV but the right one. */
export function wrongCvv(cvv: string): string {
  return String((Number(cvv) + 1) % 1000).padStart(3, '0');
}
