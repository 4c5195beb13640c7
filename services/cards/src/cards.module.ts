import { KMSClient } from '@aws-sdk/client-kms';
import { dynamoClient } from '@ipe/dynamodb/client';
import { ServiceTable } from '@ipe/dynamodb/service-table';
import { type DynamicModule, Module } from '@nestjs/common';
import { CryptoDigits } from './adapters/crypto/crypto-digits.ts';
import { HmacNumberSecrets } from './adapters/crypto/hmac-number-secrets.ts';
import { DynamoCardStore } from './adapters/dynamodb/dynamo-card-store.ts';
import { AccountClient } from './adapters/grpc/account-client.ts';
import { CardsController, VerifyTimeoutMs } from './adapters/grpc/cards.controller.ts';
import { PrometheusCardMetrics } from './adapters/prometheus/prometheus-card-metrics.ts';
import { EnvelopeVault } from './adapters/vault/envelope-vault.ts';
import { KmsDataKeys } from './adapters/vault/kms-data-keys.ts';
import { LocalDataKeys } from './adapters/vault/local-data-keys.ts';
import { BlockCard } from './application/block-card.ts';
import { ChangeStatus } from './application/change-status.ts';
import { GetCard } from './application/get-card.ts';
import { IssueCard } from './application/issue-card.ts';
import { ListCards } from './application/list-cards.ts';
import {
  Accounts,
  CardMetrics,
  CardStore,
  Clock,
  IssuingTerms,
  KeyVault,
  NumberSecrets,
  RandomDigits,
} from './application/ports.ts';
import { RevealCard } from './application/reveal-card.ts';
import { UnblockCard } from './application/unblock-card.ts';
import { VerifyCard } from './application/verify-card.ts';
import type { Config } from './config.ts';

@Module({})
export class CardsModule {
  static with(config: Config, clock: Clock): DynamicModule {
    return {
      module: CardsModule,
      controllers: [CardsController],
      providers: [
        IssueCard,
        GetCard,
        ListCards,
        RevealCard,
        ChangeStatus,
        BlockCard,
        UnblockCard,
        VerifyCard,
        {
          provide: ServiceTable,
          useFactory: () => new ServiceTable(dynamoClient(config), `${config.TABLE_PREFIX}cards`),
        },
        { provide: CardStore, useFactory: (table: ServiceTable) => new DynamoCardStore(table), inject: [ServiceTable] },
        {
          provide: Accounts,
          useFactory: () => new AccountClient(config.ACCOUNT_ADDRESS, config.ACCOUNT_TIMEOUT_MS),
        },
        { provide: KeyVault, useFactory: () => keyVault(config) },
        {
          provide: NumberSecrets,
          useFactory: () => new HmacNumberSecrets({ index: config.PAN_INDEX_KEY, cvv: config.CVV_KEY }),
        },
        { provide: RandomDigits, useClass: CryptoDigits },
        { provide: Clock, useValue: clock },
        { provide: CardMetrics, useClass: PrometheusCardMetrics },
        { provide: IssuingTerms, useValue: { bin: config.CARD_BIN, maxLimit: config.MAX_LIMIT_CENTS } },
        { provide: VerifyTimeoutMs, useValue: config.VERIFY_TIMEOUT_MS },
      ],
    };
  }
}

function keyVault(config: Config): KeyVault {
  if (config.PAN_SEALING_KEY) return new EnvelopeVault(new LocalDataKeys(config.PAN_SEALING_KEY));
  if (!config.KMS_KEY_ID) throw new Error('the configuration names no key that seals card numbers');
  const client = new KMSClient({
    region: config.AWS_REGION,
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true },
    ...(config.KMS_ENDPOINT ? { endpoint: config.KMS_ENDPOINT } : {}),
  });
  return new EnvelopeVault(new KmsDataKeys(client, config.KMS_KEY_ID));
}
