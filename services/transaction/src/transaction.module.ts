import { hash, randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { CardsServiceClient } from '@ipe/contracts/gen/bank/cards/v1/cards';
import { dynamoClient } from '@ipe/dynamodb/client';
import { kafkaClient } from '@ipe/events/kafka';
import { grpcClient } from '@ipe/service-kit/grpc-client';
import { type DynamicModule, Logger, Module } from '@nestjs/common';
import { ConnectionWatch } from './adapters/dynamodb/connection-watch.ts';
import { DynamoJournal } from './adapters/dynamodb/dynamo-journal.ts';
import { DynamoPositions } from './adapters/dynamodb/dynamo-positions.ts';
import { JournalTable } from './adapters/dynamodb/journal-table.ts';
import { AccountController } from './adapters/grpc/account.controller.ts';
import { Fingerprints } from './adapters/grpc/call-context.ts';
import { GrpcCardRegistry } from './adapters/grpc/grpc-card-registry.ts';
import { TransactionController } from './adapters/grpc/transaction.controller.ts';
import { KafkaEventSink } from './adapters/kafka/kafka-event-sink.ts';
import { PrometheusMetrics } from './adapters/metrics/prometheus-metrics.ts';
import { LedgerLifecycle } from './adapters/nest/ledger-lifecycle.ts';
import { ProtobufJournalCodec } from './adapters/protobuf/journal-codec.ts';
import { systemScheduler } from './adapters/system/system-scheduler.ts';
import { AuthorizePurchase } from './application/authorize-purchase.ts';
import { HoldSweeper } from './application/expire-holds.ts';
import { Ledger } from './application/ledger.ts';
import type { LedgerLog } from './application/ports.ts';
import { PublishEvents } from './application/publish-events.ts';
import type { Config } from './config.ts';

/** This version has one shard and one leader. */
const shard = 0;
/** The store takes items of 400 KB; a record has some hundred bytes, at most a few thousand. */
const batchBounds = { maxBatchBytes: 350_000, maxBatchRecords: 4_000 };

@Module({})
export class TransactionModule {
  static with(config: Config): DynamicModule {
    const logger = new Logger('Ledger');
    const log: LedgerLog = { info: (text) => logger.log(text), warn: (text) => logger.warn(text) };
    const common = {
      codec: new ProtobufJournalCodec(),
      scheduler: systemScheduler,
      metrics: new PrometheusMetrics(),
      log,
    };
    const connection = new ConnectionWatch();
    return {
      module: TransactionModule,
      controllers: [TransactionController, AccountController],
      providers: [
        LedgerLifecycle,
        {
          provide: JournalTable,
          // The ledger itself tries again: a retry in the client would hide from it that a connection broke.
          useFactory: () => {
            const client = dynamoClient(config, { maxAttempts: 1, onDisconnect: connection.onDisconnect });
            return new JournalTable(client, `${config.TABLE_PREFIX}transaction`);
          },
        },
        {
          provide: DynamoJournal,
          useFactory: (table: JournalTable) => new DynamoJournal(table.client, table.name, connection),
          inject: [JournalTable],
        },
        {
          provide: Ledger,
          useFactory: (journal: DynamoJournal) =>
            new Ledger(
              {
                shard,
                writer: `${hostname()}/${process.pid}`,
                ...batchBounds,
                maxQueuedRecords: config.MAX_QUEUED_RECORDS,
              },
              {
                ...common,
                journal,
                sha256: (text) => hash('sha256', text, 'hex'),
                newBatchId: randomUUID,
              },
            ),
          inject: [DynamoJournal],
        },
        {
          provide: GrpcCardRegistry,
          useFactory: () => new GrpcCardRegistry(grpcClient(CardsServiceClient, config.CARDS_ADDRESS)),
        },
        {
          provide: AuthorizePurchase,
          useFactory: (ledger: Ledger, cards: GrpcCardRegistry) =>
            new AuthorizePurchase({ ...common, ledger, cards, cardCheckDeadlineMs: config.CARD_CHECK_DEADLINE_MS }),
          inject: [Ledger, GrpcCardRegistry],
        },
        {
          provide: HoldSweeper,
          useFactory: (ledger: Ledger) => new HoldSweeper(ledger, systemScheduler, log, config.EXPIRY_SWEEP_MS),
          inject: [Ledger],
        },
        {
          provide: KafkaEventSink,
          useFactory: () =>
            new KafkaEventSink(kafkaClient('transaction', config.KAFKA_BROKERS), systemScheduler, config.TOPIC_PREFIX),
        },
        {
          provide: PublishEvents,
          useFactory: (table: JournalTable, journal: DynamoJournal, sink: KafkaEventSink) =>
            new PublishEvents(shard, {
              ...common,
              journal,
              positions: new DynamoPositions(table.client, table.name),
              sink,
            }),
          inject: [JournalTable, DynamoJournal, KafkaEventSink],
        },
        { provide: Fingerprints, useFactory: () => new Fingerprints(config.FINGERPRINT_KEY) },
      ],
    };
  }
}
