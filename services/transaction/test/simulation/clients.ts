import type { Answers } from './answers.ts';
import type { Cluster } from './cluster.ts';
import { accountIds, altered, easyCommand, everyAccountId, openAccount, randomCommand, scoped } from './commands.ts';
import type { Replica } from './replica.ts';
import {
  fingerprintOf,
  isUnserved,
  type Request,
  type Response,
  repliesOf,
  replyText,
  requestText,
  serve,
} from './requests.ts';
import { cardNumbers } from './simulated-cards.ts';
import { epoch } from './simulated-process.ts';
import type { SimulatedStore } from './simulated-store.ts';
import type { Truth } from './truth.ts';
import type { Weather } from './weather.ts';
import type { World } from './world.ts';

const answerWithinMs = 400;

const kinds = {
  write: 40,
  again: 5,
  otherBody: 2,
  each: 3,
  together: 6,
  rehearse: 1,
  authorize: 8,
  cancel: 3,
  balance: 12,
  allBalances: 4,
  transaction: 4,
  find: 3,
};

type Unscoped = ReturnType<typeof randomCommand>;

/** Callers of the ledger: each asks one thing after the other, and asks again until it is told. */
export class Clients {
  finished = 0;
  readonly waiting = new Map<number, Request>();
  private asked = 0;
  private keys = 0;
  private readonly transactions: string[] = [];
  private readonly written: Array<Readonly<{ command: Unscoped; key: string }>> = [];
  private readonly authorizations: string[] = [];
  private readonly thinkMs: number;

  constructor(
    private readonly world: World,
    private readonly cluster: Cluster,
    private readonly truth: Truth,
    private readonly answers: Answers,
    private readonly weather: Weather,
    private readonly store: SimulatedStore,
    private readonly options: Readonly<{ clients: number; operations: number }>,
  ) {
    this.thinkMs = world.random.skewed(5, 250);
  }

  start(): void {
    for (let client = 0; client < this.options.clients; client++) {
      this.live(client).catch((error: unknown) => {
        this.world.broken('nothing throws', error instanceof Error ? (error.stack ?? error.message) : String(error));
      });
    }
  }

  get areDone(): boolean {
    return this.finished === this.options.clients;
  }

  private async live(client: number): Promise<void> {
    const { world, options } = this;
    // Who has lost a batch gets it back with the next write: that must come.
    while (this.asked < options.operations || this.store.hasLost) {
      this.asked += 1;
      const request = this.nextRequest(this.asked);
      world.count(`asked: ${request.kind}`);
      this.waiting.set(client, request);
      await this.askUntilTold(request);
      this.waiting.delete(client);
      await world.sleep(world.random.between(0, 2 * this.thinkMs), 'thinks');
    }
    this.finished += 1;
  }

  /** Under the same key, at any replica, at times at two at once; at times it gives up and never hears. */
  private async askUntilTold(request: Request): Promise<void> {
    const { world } = this;
    const { random } = world;
    let replica = random.pick(this.cluster.places);
    for (let tries = 1; ; tries++) {
      if (random.chance(0.05)) void this.ask(random.pick(this.cluster.places), request);
      const response = await this.ask(replica, request);
      if (response && !isUnserved(response)) return this.learn(request, response);
      world.count('not served');
      // What hangs on a lost batch waits for what somebody else writes.
      if ((!this.weather.calm || this.store.hasLost) && random.chance(0.03)) return world.count('given up');
      await world.sleep(random.between(10, Math.min(80 * tries, 500)), 'tries again');
      replica = this.leaderAsToldBy(replica) ?? random.pick(this.cluster.places);
    }
  }

  private leaderAsToldBy(replica: Replica): Replica | undefined {
    return this.cluster.places.find(({ name }) => name === replica.leaderAddress);
  }

  /** Undefined: no answer came, for whatever reason. */
  private ask({ process }: Replica, request: Request): Promise<Response | undefined> {
    const { world, truth, answers, weather } = this;
    const { random } = world;
    const from = world.now;
    const recordsBefore = truth.durableAt.length;
    return new Promise((resolve) => {
      const timer = world.after(answerWithinMs, 'hears nothing', () => resolve(undefined));
      const serveIt = () => {
        const replica = this.cluster.places.find((one) => one.process === process);
        if (!replica) return;
        const call = { deadline: process.now() + answerWithinMs, traceparent: '' };
        serve(replica, request, call).then(
          (response) => {
            const recordsAfter = truth.durableAt.length;
            const ledgerTime = process.now();
            world.note(() => `${process.name} answers ${summaryOf(response)} to ${requestText(request)}`);
            answers.check(request, response, { from, to: world.now, recordsBefore, recordsAfter, ledgerTime });
            if (!weather.calm && random.chance(weather.repliesLost)) return world.count('replies lost');
            const hear = () => {
              timer.cancelled = true;
              resolve(response);
            };
            world.after(random.skewed(0.1, 5), 'hears', hear);
          },
          (error: unknown) => {
            // A leader who is not sure asks the journal before a read, and passes on that it could not.
            if (this.store.isToBlame(error)) world.count('reads that failed with the store');
            else world.broken('nothing throws', `${requestText(request)}: ${String(error)}`);
          },
        );
      };
      world.after(random.skewed(0.1, 5), 'is asked', serveIt, process);
    });
  }

  private learn(request: Request, response: Response): void {
    for (const reply of repliesOf(response)) {
      this.world.count(`reply: ${reply.kind === 'refused' ? reply.refusal : reply.kind}`);
      const answer = reply.kind === 'answered' ? reply.answer : undefined;
      const isKept = request.kind !== 'rehearse' && typeof answer === 'object' && answer !== null;
      if (isKept && 'transactionId' in answer) this.transactions.push(String(answer.transactionId));
    }
  }

  private nextRequest(count: number): Request {
    const { random } = this.world;
    // The accounts first, each by whoever comes.
    const accountId = accountIds[count - 1];
    if (accountId) return this.write(openAccount(accountId));
    const kind = random.weighted(kinds);
    switch (kind) {
      case 'write':
        return this.write(this.random());
      case 'again':
      case 'otherBody': {
        const earlier = this.written.length > 0 ? random.pick(this.written) : undefined;
        if (!earlier) return this.write(this.random());
        return this.write(kind === 'again' ? earlier.command : altered(earlier.command), earlier.key);
      }
      case 'each':
      case 'together': {
        const prefix = kind === 'each' ? 'k' : 'together-';
        // One refusal stops all that is asked together: mostly what is hardly ever refused.
        const isEasy = kind === 'together' && random.chance(0.8);
        const some = () => this.keyed(isEasy ? easyCommand(random) : this.random(), this.key(prefix));
        const commands = Array.from({ length: 2 + random.below(2) }, some);
        return { kind, commands };
      }
      case 'rehearse':
        return { kind, command: this.keyed(this.random(), this.key('rehearsed-')) };
      case 'authorize':
        return this.authorize();
      case 'cancel': {
        const isKnown = this.authorizations.length > 0 && random.chance(0.7);
        return { kind, caller: 'client', authorizationKey: isKnown ? random.pick(this.authorizations) : this.soon() };
      }
      case 'balance':
        return { kind, accountId: random.pick(accountIds) };
      case 'allBalances':
        return { kind, accountIds: everyAccountId };
      case 'transaction':
        return { kind, transactionId: this.transactions.at(-1 - random.below(8)) ?? 't00000000000000' };
      case 'find':
        return { kind, caller: 'client', key: this.written.at(-1 - random.below(8))?.key ?? 'none' };
    }
  }

  private random(): Unscoped {
    const { random, now } = this.world;
    return randomCommand({ random, transactions: this.transactions, now: epoch + Math.floor(now) });
  }

  private write(command: Unscoped, key = this.key('k')): Request {
    this.written.push({ command, key });
    return { kind: 'write', command: this.keyed(command, key) };
  }

  private authorize(): Request {
    const { random } = this.world;
    const key = this.key('a');
    this.authorizations.push(key);
    const command = {
      merchant: { merchantId: 'mer_1', accountId: 'acc_shop', name: 'Padaria Ipê', mcc: '5462' },
      amount: BigInt(1 + random.below(2_500)),
      currency: 'BRL',
      installments: 1,
      orderId: 'ord_1',
      expiresAt: random.chance(0.5) ? epoch + Math.floor(this.world.now + random.between(100, 4_000)) : undefined,
    };
    const idempotency = { caller: 'client', key, fingerprint: fingerprintOf(command) };
    const request = { ...command, idempotency } as Extract<Request, { kind: 'authorize' }>['command'];
    return { kind: 'authorize', command: request, number: random.pick(cardNumbers) };
  }

  private keyed(command: Unscoped, key: string) {
    return scoped(command, { caller: 'client', key, fingerprint: fingerprintOf(command) });
  }

  private key(prefix: string): string {
    this.keys += 1;
    return `${prefix}${this.keys}`;
  }

  /** A key that an authorisation may still come under. */
  private soon(): string {
    return `a${this.keys + 1 + this.world.random.below(4)}`;
  }
}

function summaryOf(response: Response): string {
  return repliesOf(response).map(replyText).join(', ');
}
