import { type ClientReadableStream, type ServiceError, status } from '@grpc/grpc-js';
import {
  type Line,
  type ListLinesRequest,
  type Position,
  StatementServiceClient,
  type WatchLinesResponse,
} from '@ipe/contracts/gen/bank/statement/v1/statement';
import { call, grpcClient } from '@ipe/service-kit/grpc-client';
import { fromServiceError } from '@ipe/service-kit/grpc-status';
import { startService } from '@ipe/service-kit/start-service';
import { testEngines } from '@ipe/testing/engines';
import { EntriesTopic } from '@ipe/testing/entries-topic';
import { freePort } from '@ipe/testing/free-port';
import { uniqueName } from '@ipe/testing/unique-name';
import type { Config } from '../src/config.ts';
import { statementService } from '../src/create-service.ts';

/** The ledger's topic, a table and a group of one test file's own, and the services started on them. */
export class StatementUnderTest {
  readonly topic = new EntriesTopic();
  private readonly closing: (() => Promise<unknown>)[] = [];
  readonly settings = {
    LOG_LEVEL: 'silent' as const,
    DRAIN_MS: 0,
    DYNAMODB_ENDPOINT: testEngines().dynamodb,
    AWS_REGION: 'sa-east-1',
    TABLE_PREFIX: `${uniqueName('test')}-`,
    KAFKA_BROKERS: [testEngines().kafka],
    ENTRIES_TOPIC: this.topic.name,
    CONSUMER_GROUP: uniqueName('statement'),
    MAX_WATCHERS: 50,
    WATCH_POLL_MS: 50,
  };

  open(): Promise<void> {
    return this.topic.create(3);
  }

  async close(): Promise<void> {
    for (const close of this.closing.splice(0)) await close();
    await this.topic.remove();
  }

  async start(settings: Partial<Config> = {}) {
    const [http, grpc] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
    const config = { ...this.settings, HTTP_ADDRESS: http, GRPC_ADDRESS: grpc, ...settings };
    const app = await startService(statementService(config));
    const service = new RunningStatement(`http://${http}`, grpcClient(StatementServiceClient, grpc), () => app.close());
    this.closing.push(() => service.stop());
    return service;
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
  readonly ended: Promise<{ code: status; reason: string }>;

  constructor(private readonly stream: ClientReadableStream<WatchLinesResponse>) {
    this.watching = new Promise((resolve) => stream.once('metadata', () => resolve()));
    this.ended = new Promise((resolve) => {
      stream.once('error', (error: ServiceError) => resolve(fromServiceError(error)));
      stream.once('end', () => resolve({ code: status.OK, reason: '' }));
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
