import { hash, randomBytes, randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { CardsServiceClient } from '@ipe/contracts/gen/bank/cards/v1/cards';
import { dynamoClient } from '@ipe/dynamodb/client';
import { kafkaClient } from '@ipe/events/kafka';
import { grpcClient } from '@ipe/service-kit/grpc-client';
import { type DynamicModule, Logger, Module } from '@nestjs/common';
import { ConnectionWatch } from './adapters/dynamodb/connection-watch.ts';
import { DynamoCheckpoints } from './adapters/dynamodb/dynamo-checkpoints.ts';
import { DynamoChunks } from './adapters/dynamodb/dynamo-chunks.ts';
import { DynamoJournal } from './adapters/dynamodb/dynamo-journal.ts';
import { DynamoLease } from './adapters/dynamodb/dynamo-lease.ts';
import { DynamoPositions } from './adapters/dynamodb/dynamo-positions.ts';
import { JournalTable } from './adapters/dynamodb/journal-table.ts';
import { AccountController } from './adapters/grpc/account.controller.ts';
import { BulkController } from './adapters/grpc/bulk.controller.ts';
import { Fingerprints } from './adapters/grpc/call-context.ts';
import { GrpcCardRegistry } from './adapters/grpc/grpc-card-registry.ts';
import { LeaderLink } from './adapters/grpc/leader-link.ts';
import { TransactionController } from './adapters/grpc/transaction.controller.ts';
import { KafkaEventSink } from './adapters/kafka/kafka-event-sink.ts';
import { PrometheusMetrics } from './adapters/metrics/prometheus-metrics.ts';
import { LedgerLifecycle } from './adapters/nest/ledger-lifecycle.ts';
import { ProtobufJournalCodec } from './adapters/protobuf/journal-codec.ts';
import { ProtobufSnapshotCodec } from './adapters/protobuf/snapshot-codec.ts';
import { sha256OfBytes } from './adapters/system/sha-256.ts';
import { systemScheduler } from './adapters/system/system-scheduler.ts';
import { AuthorizePurchase } from './application/authorize-purchase.ts';
import { HoldSweeper } from './application/expire-holds.ts';
import { GetPastBalance } from './application/get-past-balance.ts';
import { Leadership } from './application/leadership.ts';
import { Lease } from './application/lease.ts';
import { Ledger } from './application/ledger.ts';
import { openMemory } from './application/memory/open-memory.ts';
import type { MemoryOptions, MemoryParts } from './application/memory/shard-memory.ts';
import type { LedgerLog } from './application/ports.ts';
import { PublishEvents } from './application/publish-events.ts';
import type { Config } from './config.ts';

/** This version has one shard and one leader. */
const shard = 0;
/** The store takes items of 400 KB; a record has some hundred bytes, at most a few thousand. */
const batchBounds = { maxBatchBytes: 350_000, maxBatchRecords: 4_000 };

/** Of what keeps memory bounded: an interface has no name at run time. */
const memoryToken = Symbol('MemoryParts');

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
    // Of two processes that ever were, no two have the same.
    const writer = `${hostname()}/${process.pid}/${randomUUID()}`;
    return {
      module: TransactionModule,
      controllers: [TransactionController, BulkController, AccountController],
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
          useFactory: (journal: DynamoJournal, lease: Lease) =>
            new Ledger(
              {
                shard,
                writer,
                ...batchBounds,
                maxQueuedRecords: config.MAX_QUEUED_RECORDS,
              },
              {
                ...common,
                journal,
                sha256: (text) => hash('sha256', text, 'hex'),
                isSureToLead: () => lease.isSure(),
                newBatchId: randomUUID,
              },
            ),
          inject: [DynamoJournal, Lease],
        },
        {
          provide: Lease,
          useFactory: (table: JournalTable) =>
            new Lease(
              {
                shard,
                holder: writer,
                address: config.ADVERTISED_ADDRESS ?? config.GRPC_ADDRESS,
                leaseMs: config.LEASE_MS,
              },
              new DynamoLease(table.client, table.name),
              systemScheduler,
            ),
          inject: [JournalTable],
        },
        {
          provide: memoryToken,
          useFactory: (table: JournalTable, journal: DynamoJournal): MemoryParts => ({
            ...common,
            journal,
            snapshots: new ProtobufSnapshotCodec(),
            chunks: new DynamoChunks(table.client, table.name),
            checkpoints: new DynamoCheckpoints(table.client, table.name),
            digest: sha256OfBytes,
            newName: randomUUID,
            newHashKey: () => randomBytes(8),
          }),
          inject: [JournalTable, DynamoJournal],
        },
        {
          provide: Leadership,
          useFactory: (ledger: Ledger, lease: Lease, journal: DynamoJournal, memory: MemoryParts) =>
            new Leadership(
              { shard, lookMs: config.LEASE_MS / 12, renewMs: config.LEASE_MS / 4 },
              { ...common, ledger, lease, journal, openMemory: () => openMemory(shard, memoryOptions(config), memory) },
            ),
          inject: [Ledger, Lease, DynamoJournal, memoryToken],
        },
        {
          provide: LeaderLink,
          useFactory: (leadership: Leadership) => new LeaderLink(() => leadership.leaderAddress),
          inject: [Leadership],
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
          provide: GetPastBalance,
          useFactory: (ledger: Ledger, journal: DynamoJournal) =>
            new GetPastBalance({ ledger, shard, journal, codec: common.codec }),
          inject: [Ledger, DynamoJournal],
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

function memoryOptions(config: Config): MemoryOptions {
  return {
    minTailBytes: config.CHECKPOINT_BYTES,
    tailRatio: 0.5,
    keepRecords: config.RECORDS_IN_MEMORY,
    workShare: 0.25,
    keepCheckpoints: 2,
    graceMs: 600_000,
  };
}
