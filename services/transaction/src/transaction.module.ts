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
import { ReplicaPass } from './adapters/grpc/replica-pass.ts';
import { ShardController } from './adapters/grpc/shard.controller.ts';
import { Shards } from './adapters/grpc/shards.ts';
import { TransactionController } from './adapters/grpc/transaction.controller.ts';
import { EventSinks } from './adapters/kafka/event-sinks.ts';
import { KafkaEventSink } from './adapters/kafka/kafka-event-sink.ts';
import { PrometheusMetrics } from './adapters/metrics/prometheus-metrics.ts';
import { LedgerLifecycle } from './adapters/nest/ledger-lifecycle.ts';
import { ProtobufJournalCodec } from './adapters/protobuf/journal-codec.ts';
import { ProtobufSnapshotCodec } from './adapters/protobuf/snapshot-codec.ts';
import { sha256OfBytes } from './adapters/system/sha-256.ts';
import { systemScheduler } from './adapters/system/system-scheduler.ts';
import { AuthorizePurchase } from './application/authorize-purchase.ts';
import { GetPastBalance, PastBalances } from './application/get-past-balance.ts';
import { openMemory } from './application/memory/open-memory.ts';
import type { MemoryOptions, MemoryParts } from './application/memory/shard-memory.ts';
import type { LedgerLog, Scheduler } from './application/ports.ts';
import type { ShardDesk } from './application/shards/shard-desk.ts';
import { ShardReplica } from './application/shards/shard-replica.ts';
import { ShardedLedger } from './application/shards/sharded-ledger.ts';
import type { Config } from './config.ts';

/** The store takes items of 400 KB; a record has some hundred bytes, at most a few thousand. */
const batchBounds = { maxBatchBytes: 350_000, maxBatchRecords: 4_000 };

/** Of two processes that ever were, no two have the same. */
const processId = randomUUID();

/** Of what all shards of a process share: an interface has no name at run time. */
const sharedToken = Symbol('Shared');

type Shared = Readonly<{
  journal: DynamoJournal;
  codec: ProtobufJournalCodec;
  scheduler: Scheduler;
  log: LedgerLog;
}>;

@Module({})
export class TransactionModule {
  static with(config: Config): DynamicModule {
    const logger = new Logger('Ledger');
    const connection = new ConnectionWatch();
    return {
      module: TransactionModule,
      controllers: [TransactionController, BulkController, AccountController, ShardController],
      providers: [
        LedgerLifecycle,
        {
          provide: JournalTable,
          // The ledger itself tries again: a retry in the client would hide from it that a connection broke.
          useFactory: () => {
            const client = dynamoClient(config, { maxAttempts: 1 });
            const urgent = dynamoClient(config, { maxAttempts: 1, onDisconnect: connection.onDisconnect });
            return new JournalTable(client, urgent, `${config.TABLE_PREFIX}transaction`, config.SHARDS);
          },
        },
        {
          provide: sharedToken,
          useFactory: (table: JournalTable): Shared => ({
            journal: new DynamoJournal(table.client, table.name, connection, table.urgent),
            codec: new ProtobufJournalCodec(),
            scheduler: systemScheduler,
            log: { info: (text) => logger.log(text), warn: (text) => logger.warn(text) },
          }),
          inject: [JournalTable],
        },
        {
          provide: EventSinks,
          useFactory: () =>
            new EventSinks(
              config.SHARDS,
              () =>
                new KafkaEventSink(
                  kafkaClient('transaction', config.KAFKA_BROKERS),
                  systemScheduler,
                  config.TOPIC_PREFIX,
                ),
            ),
        },
        {
          provide: Shards,
          useFactory: (table: JournalTable, shared: Shared, sinks: EventSinks, pass: ReplicaPass) =>
            new Shards(config.SHARDS, pass, (shard, deskOf) =>
              shardReplica(shard, config, table, shared, sinks, deskOf),
            ),
          inject: [JournalTable, sharedToken, EventSinks, ReplicaPass],
        },
        {
          provide: ShardedLedger,
          useFactory: (shards: Shards) =>
            new ShardedLedger({
              shards: shards.count,
              ledgerOf: (shard) => shards.at(shard).ledger,
              deskOf: (shard) => shards.deskOf(shard),
            }),
          inject: [Shards],
        },
        {
          provide: GrpcCardRegistry,
          useFactory: () => new GrpcCardRegistry(grpcClient(CardsServiceClient, config.CARDS_ADDRESS)),
        },
        {
          provide: AuthorizePurchase,
          useFactory: (shards: Shards, shardedLedger: ShardedLedger, cards: GrpcCardRegistry, shared: Shared) =>
            new AuthorizePurchase({
              ...shared,
              metrics: new PrometheusMetrics(0),
              ledger: shards.at(0).ledger,
              shardedLedger,
              cards,
              cardCheckDeadlineMs: config.CARD_CHECK_DEADLINE_MS,
            }),
          inject: [Shards, ShardedLedger, GrpcCardRegistry, sharedToken],
        },
        {
          provide: PastBalances,
          useFactory: (shards: Shards, { journal, codec }: Shared) =>
            new PastBalances(
              shards.replicas.map(({ shard, ledger }) => new GetPastBalance({ ledger, shard, journal, codec })),
            ),
          inject: [Shards, sharedToken],
        },
        { provide: ReplicaPass, useFactory: () => new ReplicaPass(config.FINGERPRINT_KEY) },
        { provide: Fingerprints, useFactory: () => new Fingerprints(config.FINGERPRINT_KEY) },
      ],
    };
  }
}

function shardReplica(
  shard: number,
  config: Config,
  table: JournalTable,
  shared: Shared,
  sinks: EventSinks,
  deskOf: (shard: number) => ShardDesk,
): ShardReplica {
  const { client, urgent, name } = table;
  const metrics = new PrometheusMetrics(shard);
  const memory: MemoryParts = {
    ...shared,
    metrics,
    snapshots: new ProtobufSnapshotCodec(),
    chunks: new DynamoChunks(client, name),
    checkpoints: new DynamoCheckpoints(client, name),
    digest: sha256OfBytes,
    newName: randomUUID,
    newHashKey: () => randomBytes(8),
  };
  return new ShardReplica(
    {
      shard,
      shards: config.SHARDS,
      writer: `${hostname()}/${process.pid}/${processId}`,
      address: config.ADVERTISED_ADDRESS ?? config.GRPC_ADDRESS,
      leaseMs: config.LEASE_MS,
      sweepMs: config.EXPIRY_SWEEP_MS,
      ...batchBounds,
      maxQueuedRecords: config.MAX_QUEUED_RECORDS,
    },
    {
      ...shared,
      metrics,
      positions: new DynamoPositions(client, name),
      sink: sinks.of(shard),
      leaseStore: new DynamoLease(urgent, name),
      openMemory: () => openMemory(shard, memoryOptions(config), memory),
      deskOf,
      sha256: (text) => hash('sha256', text, 'hex'),
      newBatchId: randomUUID,
    },
  );
}

function memoryOptions(config: Config): MemoryOptions {
  return {
    minTailBytes: config.CHECKPOINT_BYTES,
    tailRatio: 0.25,
    keepRecords: config.RECORDS_IN_MEMORY,
    workShare: 0.25,
    keepCheckpoints: 2,
    graceMs: 600_000,
  };
}
