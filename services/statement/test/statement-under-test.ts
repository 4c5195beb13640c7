import { type ClientReadableStream, status } from '@grpc/grpc-js';
import { EntryEvent } from '@ipe/contracts/gen/bank/events/v1/entry_event';
import {
  type Line,
  type ListLinesRequest,
  type Position,
  StatementServiceClient,
  type WatchLinesResponse,
} from '@ipe/contracts/gen/bank/statement/v1/statement';
import { cloudEventHeaders } from '@ipe/events/cloud-event';
import { call, grpcClient } from '@ipe/service-kit/grpc-client';
import { startService } from '@ipe/service-kit/start-service';
import { testEngines } from '@ipe/testing/engines';
import { freePort } from '@ipe/testing/free-port';
import { uniqueName } from '@ipe/testing/unique-name';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import type { Config } from '../src/config.ts';
import { statementService } from '../src/create-service.ts';

/** The ledger's topic, a table and a group of one test file's own, and the services started on them. */
export class StatementUnderTest {
  readonly topic = uniqueName('entries');
  readonly kafka = new Kafka({ clientId: 'test', brokers: [testEngines().kafka], logLevel: logLevel.NOTHING });
  readonly admin = this.kafka.admin();
  private readonly producer = this.kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  private readonly closing: (() => Promise<unknown>)[] = [];
  readonly settings = {
    LOG_LEVEL: 'silent' as const,
    DRAIN_MS: 0,
    DYNAMODB_ENDPOINT: testEngines().dynamodb,
    AWS_REGION: 'sa-east-1',
    TABLE_PREFIX: `${uniqueName('test')}-`,
    KAFKA_BROKERS: [testEngines().kafka],
    ENTRIES_TOPIC: this.topic,
    CONSUMER_GROUP: uniqueName('statement'),
    MAX_WATCHERS: 50,
    WATCH_POLL_MS: 50,
  };

  async open(): Promise<void> {
    await Promise.all([this.admin.connect(), this.producer.connect()]);
    const topics = [this.topic, `${this.topic}.dlq`].map((topic) => ({ topic, numPartitions: 3 }));
    await this.admin.createTopics({ waitForLeaders: true, topics });
  }

  async close(): Promise<void> {
    for (const close of this.closing.splice(0)) await close();
    await this.admin.deleteTopics({ topics: [this.topic, `${this.topic}.dlq`] });
    await Promise.all([this.admin.disconnect(), this.producer.disconnect()]);
  }

  async start(settings: Partial<Config> = {}) {
    const [http, grpc] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
    const config = { ...this.settings, HTTP_ADDRESS: http, GRPC_ADDRESS: grpc, ...settings };
    const app = await startService(statementService(config));
    const service = new RunningStatement(`http://${http}`, grpcClient(StatementServiceClient, grpc), () => app.close());
    this.closing.push(() => service.stop());
    return service;
  }

  /** As the core publishes: keyed by account, CloudEvents headers, the event's proto3 JSON. */
  async publish(...events: readonly EntryEvent[]): Promise<void> {
    const messages = events.map((event) => ({
      key: event.accountId,
      value: JSON.stringify(EntryEvent.toJSON(event)),
      headers: cloudEventHeaders({
        id: `${event.accountId}/${event.sequence}`,
        source: '/bank/transaction',
        type: 'bank.entries.v1',
        time: event.bookedAt ?? new Date(),
      }),
    }));
    // The broker takes a megabyte at once.
    for (let at = 0; at < messages.length; at += 500) {
      await this.producer.send({ topic: this.topic, messages: messages.slice(at, at + 500) });
    }
  }

  async publishRaw(key: string, value: string): Promise<void> {
    await this.producer.send({ topic: this.topic, messages: [{ key, value }] });
  }
}

export class RunningStatement {
  private stopped: Promise<unknown> | undefined;

  constructor(
    readonly http: string,
    private readonly client: StatementServiceClient,
    private readonly closeApp: () => Promise<void>,
  ) {}

  stop(): Promise<unknown> {
    this.stopped ??= this.closeApp().finally(() => this.client.close());
    return this.stopped;
  }

  list(request: Partial<ListLinesRequest>) {
    const whole = { accountId: '', from: undefined, until: undefined, kinds: [], pageSize: 0, pageToken: '' };
    return call(this.client, this.client.listLines, { ...whole, ...request }, 5_000);
  }

  async position(accountId: string): Promise<Position> {
    const { position } = await call(this.client, this.client.getPosition, { accountId }, 5_000);
    if (!position) throw new Error('an answer without a position');
    return position;
  }

  watch(...accounts: { accountId: string; afterSequence?: bigint | undefined }[]): Watch {
    const request = { accounts: accounts.map((account) => ({ afterSequence: undefined, ...account })) };
    return new Watch(this.client.watchLines(request));
  }

  /** The statement's own metrics, a line each. */
  async metrics(): Promise<string> {
    const text = await fetch(`${this.http}/metrics`).then((answer) => answer.text());
    return text
      .split('\n')
      .filter((line) => line.startsWith('statement_'))
      .join('\n');
  }
}

/** What a stream told, and how it ended. */
export class Watch {
  readonly lines: Line[] = [];
  readonly watching: Promise<void>;
  readonly ended: Promise<{ code: status; message: string }>;

  constructor(private readonly stream: ClientReadableStream<WatchLinesResponse>) {
    this.watching = new Promise((resolve) => stream.once('metadata', () => resolve()));
    this.ended = new Promise((resolve) => {
      stream.once('error', (error: Error & { code?: status }) =>
        resolve({ code: error.code ?? status.UNKNOWN, message: error.message }),
      );
      stream.once('end', () => resolve({ code: status.OK, message: '' }));
    });
    stream.on('data', ({ line }: WatchLinesResponse) => line && this.lines.push(line));
  }

  sequences(): bigint[] {
    return this.lines.map(({ sequence }) => sequence);
  }

  pause(): void {
    this.stream.pause();
  }

  resume(): void {
    this.stream.resume();
  }

  leave(): void {
    this.stream.cancel();
  }
}
