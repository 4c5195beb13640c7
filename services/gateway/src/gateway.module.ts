import { AccountServiceService } from '@ipe/contracts/gen/bank/account/v1/account';
import { AuthServiceService } from '@ipe/contracts/gen/bank/auth/v1/auth';
import { CardsServiceService } from '@ipe/contracts/gen/bank/cards/v1/cards';
import { CheckoutServiceService } from '@ipe/contracts/gen/bank/checkout/v1/checkout';
import { StatementServiceService } from '@ipe/contracts/gen/bank/statement/v1/statement';
import { TransactionServiceService } from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { type DynamicModule, type InjectionToken, Module, type Provider, type Type } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { type NeighbourSettings, neighbour } from './adapters/grpc/neighbour.ts';
import { AccessGuard } from './adapters/http/access.guard.ts';
import { AccountsController } from './adapters/http/accounts.controller.ts';
import { ApiProblemFilter } from './adapters/http/api-problem.filter.ts';
import { CardsController } from './adapters/http/cards.controller.ts';
import { CustomersController } from './adapters/http/customers.controller.ts';
import { OperationsController } from './adapters/http/operations.controller.ts';
import { OrdersController } from './adapters/http/orders.controller.ts';
import { OverviewController } from './adapters/http/overview.controller.ts';
import { PaymentsController } from './adapters/http/payments.controller.ts';
import { SchemaPipe } from './adapters/http/schema.pipe.ts';
import { ShopController } from './adapters/http/shop.controller.ts';
import { StatementController } from './adapters/http/statement.controller.ts';
import { HeartbeatMs, StatementStreamController } from './adapters/http/statement-stream.controller.ts';
import { TransactionsController } from './adapters/http/transactions.controller.ts';
import { RateLimits } from './adapters/redis/rate-limits.ts';
import { TokenChecker } from './adapters/tokens/token-checker.ts';
import { AccountOwnership } from './application/account-ownership.ts';
import { FindTransaction } from './application/find-transaction.ts';
import { ListAccounts } from './application/list-accounts.ts';
import { PayOrder } from './application/pay-order.ts';
import { Accounts, Cards, Identities, Ledger, Shops, Statements } from './application/ports.ts';
import { ReadOverview } from './application/read-overview.ts';
import { SignUp } from './application/sign-up.ts';
import { WatchStatement } from './application/watch-statement.ts';
import type { Config } from './config.ts';

export const controllers: readonly Type[] = [
  CustomersController,
  AccountsController,
  StatementController,
  StatementStreamController,
  CardsController,
  TransactionsController,
  ShopController,
  OrdersController,
  PaymentsController,
  OperationsController,
  OverviewController,
];

@Module({})
export class GatewayModule {
  static with(config: Config): DynamicModule {
    return {
      module: GatewayModule,
      controllers: [...controllers],
      providers: [
        ...neighbours(config),
        useCase(AccountOwnership, [Accounts]),
        useCase(ListAccounts, [Accounts, AccountOwnership]),
        useCase(SignUp, [Accounts, Identities]),
        useCase(FindTransaction, [Ledger, AccountOwnership]),
        useCase(PayOrder, [Shops], config.PAYMENT_DEADLINE_MS),
        useCase(ReadOverview, [Accounts, ListAccounts, Cards, Statements, AccountOwnership]),
        useCase(WatchStatement, [Statements, ListAccounts, AccountOwnership], config.STREAM_HEARTBEAT_MS),
        { provide: HeartbeatMs, useValue: new HeartbeatMs(config.STREAM_HEARTBEAT_MS) },
        { provide: TokenChecker, useFactory: () => tokenChecker(config) },
        { provide: RateLimits, useFactory: () => rateLimits(config) },
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: APP_PIPE, useClass: SchemaPipe },
        { provide: APP_FILTER, useClass: ApiProblemFilter },
      ],
    };
  }
}

function neighbours(config: Config): Provider[] {
  const to = (service: string, address: string): NeighbourSettings => ({
    service,
    address,
    readDeadlineMs: config.READ_DEADLINE_MS,
    writeDeadlineMs: config.WRITE_DEADLINE_MS,
    breaker: { failures: config.BREAKER_FAILURES, resetMs: config.BREAKER_RESET_MS },
  });
  const at = {
    auth: to('auth', config.AUTH_ADDRESS),
    account: to('account', config.ACCOUNT_ADDRESS),
    cards: to('cards', config.CARDS_ADDRESS),
    checkout: to('checkout', config.CHECKOUT_ADDRESS),
    transaction: to('transaction', config.TRANSACTION_ADDRESS),
    statement: to('statement', config.STATEMENT_ADDRESS),
  };
  return [
    { provide: Identities, useFactory: () => neighbour(AuthServiceService, at.auth) },
    { provide: Accounts, useFactory: () => neighbour(AccountServiceService, at.account) },
    { provide: Cards, useFactory: () => neighbour(CardsServiceService, at.cards) },
    { provide: Shops, useFactory: () => neighbour(CheckoutServiceService, at.checkout) },
    { provide: Ledger, useFactory: () => neighbour(TransactionServiceService, at.transaction) },
    { provide: Statements, useFactory: () => neighbour(StatementServiceService, at.statement) },
  ];
}

/** The application knows no framework: its classes are made here, from their ports and settings. */
function useCase(type: new (...parts: never[]) => object, ports: InjectionToken[], ...settings: unknown[]): Provider {
  return {
    provide: type,
    inject: ports,
    useFactory: (...found: unknown[]) => new type(...([...found, ...settings] as never[])),
  };
}

function tokenChecker({ ISSUER, ISSUER_JWKS_URI, AUDIENCE, TRUSTED_ISSUERS }: Config): TokenChecker {
  const own = { issuer: ISSUER, jwksUri: ISSUER_JWKS_URI ?? `${ISSUER}/jwks`, audience: AUDIENCE };
  return new TokenChecker(own, TRUSTED_ISSUERS);
}

function rateLimits({
  REDIS_URL,
  REDIS_TIMEOUT_MS,
  RATE_LIMIT_PER_MINUTE,
  SIGNUP_LIMIT_PER_MINUTE,
}: Config): RateLimits {
  return new RateLimits(
    { url: REDIS_URL, timeoutMs: REDIS_TIMEOUT_MS },
    { default: RATE_LIMIT_PER_MINUTE, signup: SIGNUP_LIMIT_PER_MINUTE },
  );
}
