import { dynamoClient } from '@ipe/dynamodb/client';
import { type DynamicModule, Module } from '@nestjs/common';
import { DynamoBook } from './adapters/dynamodb/dynamo-book.ts';
import { StatementTable } from './adapters/dynamodb/statement-table.ts';
import { PolledChanges } from './adapters/feed/polled-changes.ts';
import { StatementController } from './adapters/grpc/statement.controller.ts';
import { Watchers } from './adapters/grpc/watchers.ts';
import { EntriesConsumer } from './adapters/kafka/entries-consumer.ts';
import { GapGauge } from './adapters/metrics/gap-gauge.ts';
import { GetPosition } from './application/get-position.ts';
import { ListLines } from './application/list-lines.ts';
import { Book, Changes } from './application/ports.ts';
import { RecordEntries } from './application/record-entries.ts';
import { WatchLines } from './application/watch-lines.ts';
import type { Config } from './config.ts';

@Module({})
export class StatementModule {
  static with(config: Config): DynamicModule {
    const entries = { brokers: config.KAFKA_BROKERS, topic: config.ENTRIES_TOPIC, groupId: config.CONSUMER_GROUP };
    return {
      module: StatementModule,
      controllers: [StatementController],
      providers: [
        {
          provide: StatementTable,
          useFactory: () => new StatementTable(dynamoClient(config), `${config.TABLE_PREFIX}statement`),
        },
        { provide: Book, inject: [StatementTable], useFactory: (table: StatementTable) => new DynamoBook(table) },
        { provide: Changes, inject: [Book], useFactory: (book: Book) => new PolledChanges(book, config.WATCH_POLL_MS) },
        { provide: Watchers, useFactory: () => new Watchers(config.MAX_WATCHERS) },
        {
          provide: RecordEntries,
          inject: [Book, Changes],
          useFactory: (book: Book, changes: Changes) => new RecordEntries(book, changes),
        },
        { provide: ListLines, inject: [Book], useFactory: (book: Book) => new ListLines(book) },
        { provide: GetPosition, inject: [Book], useFactory: (book: Book) => new GetPosition(book) },
        {
          provide: WatchLines,
          inject: [Book, Changes],
          useFactory: (book: Book, changes: Changes) => new WatchLines(book, changes),
        },
        {
          provide: EntriesConsumer,
          inject: [RecordEntries],
          useFactory: (recordEntries: RecordEntries) => new EntriesConsumer(entries, recordEntries),
        },
        { provide: GapGauge, inject: [Book], useFactory: (book: Book) => new GapGauge(book) },
      ],
    };
  }
}
