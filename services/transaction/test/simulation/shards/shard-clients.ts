import { shardOf } from '@ipe/ledger/shard-of';
import type { Authorize } from '../../../src/domain/decide-authorize.ts';
import { homeOf } from '../../../src/domain/home-of.ts';
import { scoped } from '../commands.ts';
import { fingerprintOf, replyText, requestText } from '../requests.ts';
import { epoch } from '../simulated-process.ts';
import type { Weather } from '../weather.ts';
import type { World } from '../world.ts';
import { Bank, type Purchase, type UnscopedCommand, type Wish } from './bank.ts';
import { rehearsed } from './books.ts';
import { check, type Known, type Replies, type Request, serve } from './shard-requests.ts';
import type { ShardedCluster } from './sharded-cluster.ts';
import type { ShardedProcess } from './sharded-process.ts';

const caller = 'client';

/** Callers of a ledger of several shards: each asks one thing after the other, and asks again until it is told. */
export class ShardClients {
  readonly waiting = new Map<number, Request>();
  private readonly bank: Bank;
  private finished = 0;
  private asked = 0;
  private keys = 0;
  private readonly written: Array<Readonly<{ command: UnscopedCommand; key: string }>> = [];
  private readonly purchases: Array<Extract<Request, { kind: 'authorize' }>> = [];
  private readonly thinkMs: number;
  private readonly answerWithinMs: number;

  constructor(
    private readonly world: World,
    private readonly cluster: ShardedCluster,
    private readonly known: readonly Known[],
    private readonly weather: Weather,
    private readonly options: Readonly<{ clients: number; operations: number }>,
  ) {
    this.bank = new Bank(world.random, known.length, () => epoch + world.now);
    this.thinkMs = world.random.skewed(5, 200);
    // Some are patient: what is set aside for them may be looked at before it is named.
    this.answerWithinMs = world.random.chance(0.3) ? 20_000 : world.random.between(300, 2_000);
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

  private get isSomethingLost(): boolean {
    return this.known.some(({ store }) => store.hasLost);
  }

  /** Not in calm, where all must come right; but what hangs on a lost batch waits for what somebody else writes. */
  private get mayGiveUp(): boolean {
    return !this.weather.calm || this.isSomethingLost;
  }

  private async live(client: number): Promise<void> {
    const { world, options } = this;
    // Who has lost a batch gets it back with the next write: that must come.
    while (this.asked < options.operations || this.isSomethingLost) {
      for (const request of this.next()) {
        this.asked += 1;
        this.waiting.set(client, request);
        await this.askUntilTold(request);
        this.waiting.delete(client);
      }
      await world.sleep(world.random.between(0, 2 * this.thinkMs), 'thinks');
    }
    this.finished += 1;
  }

  private next(): readonly Request[] {
    const { bank, world } = this;
    const accountId = bank.accountIds[this.asked];
    if (accountId) return [this.write([bank.open(accountId)])];
    if (this.written.length > 0 && world.random.chance(0.06)) {
      const { command, key } = world.random.pick(this.written);
      return [this.write([command], key)];
    }
    if (this.purchases.length > 0 && world.random.chance(0.03)) return [world.random.pick(this.purchases)];
    if (world.random.chance(0.03)) return this.rehearsal(bank.next()[0]);
    if (world.random.chance(0.06)) {
      const some = Array.from({ length: 4 }, () => bank.next()[0]).filter(isCommand);
      const first = some[0] && this.homeOf(some[0]);
      return [this.write(some.filter((command) => this.homeOf(command) === first))];
    }
    return bank.next().flatMap((wish) => (wish ? this.requests(wish) : []));
  }

  private requests(wish: Wish): readonly Request[] {
    if (wish.kind === 'purchase') return [this.authorize(wish)];
    if (wish.kind !== 'cancel') return [this.write([wish])];
    this.world.count('asked: cancel');
    const isKnown = this.purchases.length > 0 && this.world.random.chance(0.8);
    // Of late, or one that may come yet.
    const late = this.purchases.at(-1 - this.world.random.below(3))?.command.idempotency.key;
    const authorizationKey = (isKnown ? late : undefined) ?? `a${this.keys + 1 + this.world.random.below(3)}`;
    return this.known.map((_, home) => ({ kind: 'cancel', home, caller, authorizationKey }));
  }

  private rehearsal(wish: Wish): readonly Request[] {
    if (!isCommand(wish)) return [];
    this.world.count('asked: a dry run');
    const command = scoped(wish, { caller, key: `${rehearsed}${++this.keys}`, fingerprint: fingerprintOf(wish) });
    return [{ kind: 'rehearse', home: this.homeOf(wish), command }];
  }

  private authorize({ cardNumber, payer, asked }: Purchase): Request {
    const key = `a${++this.keys}`;
    const command: Authorize = { ...asked, idempotency: { caller, key, fingerprint: fingerprintOf(asked) } };
    const home = shardOf(payer === '' ? `${caller} ${key}` : payer, this.known.length);
    const request = { kind: 'authorize', home, command, cardNumber } as const;
    this.purchases.push(request);
    this.world.count('asked: purchase');
    return request;
  }

  private write(commands: readonly UnscopedCommand[], key?: string): Request {
    const keyed = commands.map((command) => {
      const written = { command, key: key ?? `k${++this.keys}` };
      this.written.push(written);
      this.world.count(`asked: ${command.kind}`);
      return scoped(command, { caller, key: written.key, fingerprint: fingerprintOf(command) });
    });
    const [first] = keyed;
    return { kind: 'write', home: first ? this.homeOf(first) : 0, commands: keyed };
  }

  private homeOf(command: UnscopedCommand): number {
    return homeOf(command, this.known.length);
  }

  /** Under the same key, at any process, at times at two at once; at times it gives up and never hears. */
  private async askUntilTold(request: Request): Promise<void> {
    const { world, cluster } = this;
    const { random } = world;
    let one = random.pick(cluster.places);
    for (let tries = 1; ; tries++) {
      if (random.chance(0.05)) void this.ask(random.pick(cluster.places), request);
      one = cluster.at(one.replica(request.home).leaderAddress) ?? one;
      const replies = await this.ask(one, request);
      if (replies && !replies.some(({ kind }) => kind === 'unserved')) {
        if (request.kind !== 'rehearse') this.learn(replies);
        return;
      }
      world.count('not served');
      if (this.mayGiveUp && random.chance(0.04)) return world.count('given up');
      await world.sleep(random.between(10, Math.min(80 * tries, 500)), 'tries again');
      one = random.pick(cluster.places);
    }
  }

  /** Undefined: no answer came, for whatever reason. */
  private ask({ process }: ShardedProcess, request: Request): Promise<Replies | undefined> {
    const { world, weather } = this;
    const { random } = world;
    const known = this.known[request.home];
    if (!known) throw new Error(`there is no shard ${request.home}`);
    const { truth } = known;
    const from = world.now;
    const recordsBefore = truth.durableAt.length;
    return new Promise((resolve) => {
      const timer = world.after(this.answerWithinMs, 'hears nothing', () => resolve(undefined));
      const begin = () => {
        const one = this.cluster.places.find((place) => place.process === process);
        if (!one) return;
        const call = { deadline: process.now() + this.answerWithinMs, traceparent: '' };
        serve(one, request, call, this.known.length).then(
          (replies) => {
            world.note(() => `${one.name} answers ${replies.map(replyText).join(', ')} to ${requestText(request)}`);
            const recordsAfter = truth.durableAt.length;
            const asked = { from, to: world.now, recordsBefore, recordsAfter, ledgerTime: process.now() };
            for (const reply of replies) world.count(`reply: ${replyText(reply)}`);
            check(request, replies, known, asked);
            if (!weather.calm && random.chance(weather.repliesLost)) return world.count('replies lost');
            const hear = () => {
              timer.cancelled = true;
              resolve(replies);
            };
            world.after(random.skewed(0.1, 5), 'hears', hear);
          },
          (error: unknown) => {
            // What memory has let go is read back from the store.
            if (this.known.some(({ store }) => store.isToBlame(error))) world.count('calls that failed with the store');
            else world.broken('nothing throws', `${requestText(request)}: ${String(error)}`);
          },
        );
      };
      world.after(random.skewed(0.1, 5), 'is asked', begin, process);
    });
  }

  private learn(replies: Replies): void {
    for (const reply of replies) {
      if (reply.kind !== 'answered' || !reply.answer) continue;
      if ('transactionId' in reply.answer) this.bank.learn(reply.answer);
    }
  }
}

function isCommand(wish: Wish): wish is UnscopedCommand {
  return wish.kind !== 'purchase' && wish.kind !== 'cancel';
}
