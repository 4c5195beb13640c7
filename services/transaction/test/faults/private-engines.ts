import { execFileSync } from 'node:child_process';
import { appendFileSync, closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '@ipe/testing/free-port';
import { dynamodb } from '../../../../engines/dynamodb.mjs';
import { fetchEngines } from '../../../../engines/fetch.mjs';
import { kafka } from '../../../../engines/kafka.mjs';
import { killProcess, pidOf, spawnKept, stopProcess, waitUntilReady } from '../../../../engines/process.mjs';

type EngineName = 'dynamodb' | 'kafka';

const engines = { dynamodb, kafka };

/** A DynamoDB Local on disk and a Kafka of a run's own, which can be killed without disturbing anybody. */
export class PrivateEngines {
  private mounted = false;

  private constructor(
    readonly folder: string,
    readonly ports: Readonly<{ dynamodb: number; kafka: number; kafkaController: number }>,
    private readonly print: (line: string) => void,
  ) {}

  /** Nothing runs yet. `folder`: where data and logs lie. */
  static async in(folder: string, print: (line: string) => void): Promise<PrivateEngines> {
    await fetchEngines({ print });
    const ports = { dynamodb: await freePort(), kafka: await freePort(), kafkaController: await freePort() };
    return new PrivateEngines(folder, ports, print);
  }

  private get kafkaFolder(): string {
    return join(this.folder, 'engines', 'kafka');
  }

  private get fillerFile(): string {
    return join(this.kafkaFolder, 'filler');
  }

  /** Gives Kafka a disk of its own with so much room. False where this machine does not allow it. */
  limitKafkaDisk(megabytes: number): boolean {
    mkdirSync(this.kafkaFolder, { recursive: true });
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', this.kafkaFolder], { stdio: 'pipe' });
      this.mounted = true;
    } catch (error) {
      this.print(`NOT TRIED: Kafka with a full disk, for a file system cannot be mounted here (${String(error)})`);
    }
    return this.mounted;
  }

  async startDynamodb(): Promise<void> {
    await this.start('dynamodb');
  }

  /** `advertisedPort`: where clients are told to come, which may be a way with faults. */
  async startKafka(advertisedPort: number): Promise<void> {
    await this.start('kafka', () => {
      const listeners = `advertised.listeners=PLAINTEXT://127.0.0.1:${advertisedPort}\n`;
      // Of a property that is there twice, the last counts.
      appendFileSync(join(this.folder, 'engines', 'kafka.properties'), listeners);
    });
  }

  /** kill -9, and gone. */
  async kill(name: EngineName): Promise<void> {
    await killProcess(this.folder, name);
  }

  /** Leaves Kafka no byte. It ends sooner or later: a broker with no disk to write on gives up. */
  fillKafkaDisk(): void {
    const file = openSync(this.fillerFile, 'a');
    for (const size of [1 << 20, 1 << 12]) {
      const bytes = Buffer.alloc(size);
      while (wrote(file, bytes));
    }
    closeSync(file);
  }

  makeRoomForKafka(): void {
    rmSync(this.fillerFile, { force: true });
  }

  async hasEnded(name: EngineName, withinMs: number): Promise<boolean> {
    for (const until = performance.now() + withinMs; performance.now() < until; await wait(50)) {
      if (pidOf(this.folder, name) === 0) return true;
    }
    return false;
  }

  /** Ends both and gives the disk back. */
  async stop(): Promise<void> {
    await Promise.all([stopProcess(this.folder, 'dynamodb'), stopProcess(this.folder, 'kafka')]);
    // Lazily: a killed broker's last threads may still be there.
    if (this.mounted) execFileSync('umount', ['-l', this.kafkaFolder]);
    this.mounted = false;
  }

  private async start(name: EngineName, prepared: () => void = () => undefined): Promise<void> {
    const engine = engines[name];
    const at = { runDir: this.folder, storage: 'disk', ports: this.ports };
    engine.prepare(at);
    prepared();
    spawnKept({ runDir: this.folder, name, cwd: this.folder, uid: undefined, gid: undefined, ...engine.command(at) });
    await waitUntilReady({ runDir: this.folder, name, probe: () => engine.probe(at) });
  }
}

function wrote(file: number, bytes: Buffer): boolean {
  try {
    return writeSync(file, bytes) > 0;
  } catch (error) {
    // Not asked whether it is an Error: in jest, Node's own are of another realm.
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false;
    throw error;
  }
}
