import { AccountServiceService } from '@ipe/contracts/gen/bank/account/v1/account';
import { AuthServiceService } from '@ipe/contracts/gen/bank/auth/v1/auth';
import { CardsServiceService } from '@ipe/contracts/gen/bank/cards/v1/cards';
import { CheckoutServiceService } from '@ipe/contracts/gen/bank/checkout/v1/checkout';
import { StatementServiceService } from '@ipe/contracts/gen/bank/statement/v1/statement';
import { TransactionServiceService } from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { readConfig } from '@ipe/service-kit/config';
import { startService } from '@ipe/service-kit/start-service';
import { testEngines } from '@ipe/testing/engines';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { configSchema } from '../src/config.ts';
import { gatewayService } from '../src/create-service.ts';
import { FakeService } from './fake-service.ts';
import { TokenIssuer } from './token-issuer.ts';

export type Answer = {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  body: any;
};

type Call = { token?: string; key?: string | null; headers?: Record<string, string>; raw?: string | Uint8Array };

/** The gateway on a free port, with real gRPC servers of every contract and a real issuer. */
export class GatewayUnderTest {
  readonly auth = new FakeService(AuthServiceService);
  readonly account = new FakeService(AccountServiceService);
  readonly cards = new FakeService(CardsServiceService);
  readonly checkout = new FakeService(CheckoutServiceService);
  readonly statement = new FakeService(StatementServiceService);
  readonly transaction = new FakeService(TransactionServiceService);
  private app: NestFastifyApplication | undefined;
  private keys = 0;
  url = '';

  private constructor(readonly issuer: TokenIssuer) {}

  get services() {
    return [this.auth, this.account, this.cards, this.checkout, this.statement, this.transaction];
  }

  static async start(env: Record<string, string> = {}): Promise<GatewayUnderTest> {
    const bank = new GatewayUnderTest(await TokenIssuer.start());
    await Promise.all(bank.services.map((service) => service.start()));
    const config = readConfig(configSchema, {
      HTTP_ADDRESS: '127.0.0.1:0',
      LOG_LEVEL: 'silent',
      REDIS_URL: testEngines().redis,
      // Tests share the machine: a slow answer of Redis must not look like a dead one.
      REDIS_TIMEOUT_MS: '5000',
      ISSUER: bank.issuer.url,
      AUTH_ADDRESS: bank.auth.address,
      ACCOUNT_ADDRESS: bank.account.address,
      CARDS_ADDRESS: bank.cards.address,
      CHECKOUT_ADDRESS: bank.checkout.address,
      STATEMENT_ADDRESS: bank.statement.address,
      TRANSACTION_ADDRESS: bank.transaction.address,
      RATE_LIMIT_PER_MINUTE: '100000',
      SIGNUP_LIMIT_PER_MINUTE: '100000',
      ...env,
    });
    bank.app = await startService(gatewayService(config));
    bank.url = (await bank.app.getUrl()).replace('[::1]', '127.0.0.1');
    return bank;
  }

  get fastify() {
    if (!this.app) throw new Error('not started');
    return this.app.getHttpAdapter().getInstance();
  }

  async stop(): Promise<void> {
    await this.app?.close();
    for (const service of this.services) service.stop();
    await this.issuer.stop();
  }

  get(path: string, call: Call = {}): Promise<Answer> {
    return this.send('GET', path, undefined, { key: null, ...call });
  }

  post(path: string, body?: unknown, call: Call = {}): Promise<Answer> {
    return this.send('POST', path, body, call);
  }

  put(path: string, body?: unknown, call: Call = {}): Promise<Answer> {
    return this.send('PUT', path, body, call);
  }

  /** key: absent, a new one; null, none. raw: sent as it is. */
  private async send(method: string, path: string, body: unknown, { token, key, headers, raw }: Call): Promise<Answer> {
    this.keys += 1;
    const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const answer = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(key === null ? {} : { 'idempotency-key': key ?? `key-${this.keys}` }),
        ...(sent === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(sent === undefined ? {} : { body: sent }),
    });
    const text = await answer.text();
    const json = answer.headers.get('content-type')?.includes('json') === true;
    return { status: answer.status, headers: answer.headers, body: json ? JSON.parse(text) : text };
  }
}
