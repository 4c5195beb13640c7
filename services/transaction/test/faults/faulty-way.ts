import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '@ipe/testing/free-port';

/** What ails a way. */
export type Ailment =
  | Readonly<{ kind: 'none' }>
  /** Every piece takes so long, and up to so much longer. */
  | Readonly<{ kind: 'latency'; ms: number; jitterMs: number }>
  /** Connections are reset, those that are there and each new one after at most so long. */
  | Readonly<{ kind: 'resets'; afterMs: number }>
  /** Nothing arrives at either end while it lasts; what was sent arrives after it, also when the sender has gone. */
  | Readonly<{ kind: 'silence' }>
  /** What is asked arrives; no answer does, ever. */
  | Readonly<{ kind: 'answers lost' }>
  /** So many bytes a second, and ends that arrive late. */
  | Readonly<{ kind: 'slow'; bytesPerSecond: number; closeMs: number }>;

const well: Ailment = { kind: 'none' };

type Pair = { near: Socket; far: Socket; lostAnswers: boolean };

/** A way over TCP to an engine, on which things go wrong when told to. */
export class FaultyWay {
  private readonly pairs = new Set<Pair>();
  private ailment = well;
  private healed = Promise.withResolvers<void>();
  private server: Server | undefined;
  private closed = false;

  private constructor(
    readonly port: number,
    private readonly farPort: number,
    private readonly random: () => number,
  ) {}

  static async to(farPort: number, random: () => number): Promise<FaultyWay> {
    const way = new FaultyWay(await freePort(), farPort, random);
    way.server = createServer({ allowHalfOpen: true }, (near) => way.join(near));
    way.server.listen(way.port, '127.0.0.1');
    await once(way.server, 'listening');
    return way;
  }

  ail(ailment: Ailment): void {
    this.ailment = ailment;
    if (ailment.kind === 'resets') for (const pair of this.pairs) reset(pair);
  }

  heal(): void {
    this.ailment = well;
    this.healed.resolve();
    this.healed = Promise.withResolvers();
    // Where answers were lost, the rest of the stream would be out of step.
    for (const pair of this.pairs) if (pair.lostAnswers) reset(pair);
  }

  close(): void {
    this.closed = true;
    this.server?.close();
    this.heal();
    for (const pair of this.pairs) reset(pair);
  }

  private join(near: Socket): void {
    const far = connect({ port: this.farPort, host: '127.0.0.1', allowHalfOpen: true });
    const pair: Pair = { near, far, lostAnswers: false };
    this.pairs.add(pair);
    for (const socket of [near, far]) {
      socket.setNoDelay(true);
      socket.on('error', () => socket.destroy());
    }
    far.once('close', () => this.pairs.delete(pair));
    this.carry(near, far, () => true);
    this.carry(far, near, () => {
      if (this.ailment.kind === 'answers lost') pair.lostAnswers = true;
      return !pair.lostAnswers;
    });
    if (this.ailment.kind === 'resets') setTimeout(reset, this.random() * this.ailment.afterMs, pair);
  }

  /** Carries what `from` sends to `to`, piece after piece, but for what does not arrive at all. */
  private carry(from: Socket, to: Socket, doesArrive: () => boolean): void {
    let before: Promise<unknown> = Promise.resolve();
    const then = (next: () => Promise<unknown>) => {
      before = before.then(next);
    };
    from.on('data', (bytes: Buffer) =>
      then(async () => {
        const arrives = doesArrive();
        await this.passable();
        await this.takeTime(bytes.length);
        if (arrives && to.writable) to.write(bytes);
      }),
    );
    const end = (how: () => unknown) =>
      then(async () => {
        await this.passable();
        if (this.ailment.kind === 'slow' && !this.closed) await wait(this.ailment.closeMs);
        how();
      });
    from.once('end', () => end(() => to.end()));
    from.once('close', () => end(() => to.destroySoon()));
  }

  private async passable(): Promise<void> {
    while (this.ailment.kind === 'silence' && !this.closed) await this.healed.promise;
  }

  private async takeTime(bytes: number): Promise<void> {
    const { ailment } = this;
    if (ailment.kind === 'latency') await wait(ailment.ms + this.random() * ailment.jitterMs);
    if (ailment.kind === 'slow') await wait((bytes / ailment.bytesPerSecond) * 1_000);
  }
}

function reset({ near, far }: Pair): void {
  near.resetAndDestroy();
  far.resetAndDestroy();
}
