import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { TransactionServiceClient } from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { grpcClient } from '@ipe/service-kit/grpc-client';
import { eventually } from '@ipe/testing/eventually';
import { freePort } from '@ipe/testing/free-port';
import type { FaultyWay } from './faulty-way.ts';

export type Environment = Readonly<Record<string, string>>;

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const steppedClock = fileURLToPath(new URL('./stepped-clock.ts', import.meta.url));

/** One replica of the service: a built process with its own way to the store and its own clock. */
export class Replica {
  private child: ChildProcess | undefined;
  private takesSignals = false;
  private readonly log: number;
  private readonly logFile: string;
  private readonly clockFile: string;

  private constructor(
    readonly name: string,
    readonly store: FaultyWay,
    readonly client: TransactionServiceClient,
    private readonly env: Environment,
    folder: string,
  ) {
    this.logFile = join(folder, `${name}.log`);
    this.log = openSync(this.logFile, 'a');
    this.clockFile = join(folder, `${name}.clock`);
  }

  /** Not started yet. */
  static async of(name: string, store: FaultyWay, env: Environment, folder: string): Promise<Replica> {
    const grpcAddress = `127.0.0.1:${await freePort()}`;
    const own = {
      HTTP_ADDRESS: `127.0.0.1:${await freePort()}`,
      GRPC_ADDRESS: grpcAddress,
      DYNAMODB_ENDPOINT: `http://127.0.0.1:${store.port}`,
    };
    return new Replica(name, store, grpcClient(TransactionServiceClient, grpcAddress), { ...env, ...own }, folder);
  }

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  async start(): Promise<void> {
    const flags = ['--disable-warning=ExperimentalWarning', '--import', steppedClock];
    const env = { PATH: process.env['PATH'], CLOCK_FILE: this.clockFile, ...this.env };
    this.takesSignals = false;
    this.child = spawn(process.execPath, [...flags, main], {
      env,
      // A Ctrl-C at the run's terminal is none of its business.
      detached: true,
      stdio: ['ignore', this.log, this.log],
    });
    await this.ready();
    this.takesSignals = true;
    this.readClock();
  }

  /** Throws when it ends by itself instead, and says what it said last. */
  async ready(): Promise<void> {
    const url = `http://${this.env['HTTP_ADDRESS']}/health/ready`;
    await eventually(
      async () => {
        if (this.hasEnded) return;
        const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
        if (!response.ok) throw new Error(`${this.name}: ${await response.text()}`);
      },
      { timeoutMs: 90_000, everyMs: 100 },
    );
    if (this.hasEnded) {
      const { exitCode, signalCode } = this.child ?? {};
      const said = readFileSync(this.logFile, 'utf8').slice(-2_000);
      throw new Error(`${this.name} ended by itself (${exitCode ?? signalCode}); it said last: ${said}`);
    }
  }

  private get hasEnded(): boolean {
    const { child } = this;
    return !child || child.exitCode !== null || child.signalCode !== null;
  }

  /** Ends the process. Answers its exit code; null: by a signal. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const { child } = this;
    if (!child || this.hasEnded) return child?.exitCode ?? null;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
    return child.exitCode;
  }

  freeze(): void {
    this.child?.kill('SIGSTOP');
  }

  wake(): void {
    this.child?.kill('SIGCONT');
  }

  /** Sets its clock off by so much from the machine's. */
  stepClock(offsetMs: number): void {
    writeFileSync(this.clockFile, String(offsetMs));
    this.readClock();
  }

  /** A process that just starts has no handler yet, and would end by the signal: it is told once it is ready. */
  private readClock(): void {
    if (this.takesSignals) this.child?.kill('SIGUSR2');
  }

  close(): void {
    this.client.close();
    this.store.close();
  }
}

/** Two replicas of one ledger. */
export class Replicas {
  private readonly dynamodb: DynamoDBClient;

  constructor(
    readonly all: readonly [Replica, Replica],
    storePort: number,
    private readonly table: string,
  ) {
    this.dynamodb = new DynamoDBClient({
      endpoint: `http://127.0.0.1:${storePort}`,
      region: 'sa-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
  }

  /** Who leads and who does not, as the lease has it. Waits until one does. */
  async roles(): Promise<{ leader: Replica; standby: Replica }> {
    return eventually(
      async () => {
        const Key = { pk: { S: 'lease#0' }, sk: { S: 'lease' } };
        const get = new GetItemCommand({ TableName: this.table, Key, ConsistentRead: true });
        const { Item } = await this.dynamodb.send(get, { abortSignal: AbortSignal.timeout(3_000) });
        const [, pid] = (Item?.['holder']?.S ?? '').split('/');
        const [one, other] = this.all;
        if (Number(pid) === one.pid) return { leader: one, standby: other };
        if (Number(pid) === other.pid) return { leader: other, standby: one };
        throw new Error('nobody leads');
      },
      { timeoutMs: 90_000, everyMs: 50 },
    );
  }

  async end(): Promise<void> {
    for (const replica of this.all) {
      replica.wake();
      await replica.end('SIGKILL');
      replica.close();
    }
    this.dynamodb.destroy();
  }
}
