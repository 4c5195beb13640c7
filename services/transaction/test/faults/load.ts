import { setTimeout as wait } from 'node:timers/promises';
import type { Balance, Transaction } from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import {
  AccountClass,
  OpenAccountRequest,
  TransactionStatus,
} from '@ipe/contracts/gen/bank/transaction/v1/transaction';
import { call } from '@ipe/service-kit/grpc-client';
import type { Random } from '../simulation/random.ts';
import type { Client, Fate } from './client.ts';
import { caller, capture, hold, type Movement, posting, purchase, release, reversal, transfer } from './movements.ts';

const people = ['acc_0', 'acc_1', 'acc_2', 'acc_3', 'acc_4', 'acc_5'] as const;
const shop = 'acc_shop';
const cash = 'system:cash';
const accountIds = [...people, shop, 'acc_card', cash];

const eachBegins = 5_000n;
const cardLimit = 100_000_000n;
const workers = 10;
const arrivesWithinMs = 60_000;

/** Money moves between a few accounts, by several clients at once, until told to stop; and somebody looks on. */
export class Load {
  readonly fates: Fate[] = [];
  /** What a reader saw that must not be. */
  readonly wrongReadings: string[] = [];
  readings = 0;
  acknowledged = 0;
  private stopping = false;
  private work: Promise<unknown> = Promise.resolve();
  /** The latest time that the bank has told, which may be ahead of this machine's. */
  private bankTime = Date.now();

  constructor(
    private readonly client: Client,
    private readonly random: Random,
    private readonly shards: number,
  ) {}

  /** Opens the accounts and gives each its money. */
  async furnish(): Promise<void> {
    for (const accountId of [...people, shop, 'acc_card']) {
      const request = OpenAccountRequest.fromPartial({
        caller,
        idempotencyKey: `open-${accountId}`,
        accountId,
        accountClass: AccountClass.ACCOUNT_CLASS_LIABILITY,
        currency: 'BRL',
        limitCents: accountId === 'acc_card' ? cardLimit : 0n,
      });
      await this.client.untilAnswered((client) => call(client, client.openAccount, request, 2_500));
    }
    for (const accountId of people) await this.ask(transfer(`fund-${accountId}`, cash, accountId, eachBegins));
  }

  start(): void {
    const asking = Array.from({ length: workers }, (_, worker) => this.keepAsking(worker));
    this.work = Promise.all([...asking, this.keepReading()]);
  }

  /** Ends once all that was asked is answered. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.work;
  }

  /** Waits until nothing is on its way between shards, or patience has an end. */
  async untilArrived(): Promise<void> {
    for (const until = performance.now() + arrivesWithinMs; performance.now() < until; await wait(200)) {
      if (sumOf(await this.balances()) === 0n) return;
    }
  }

  balances(): Promise<Balance[]> {
    const read = this.client.untilAnswered((client) => call(client, client.getBalances, { accountIds }, 2_500));
    return read.then(({ balances }) => balances);
  }

  private async keepAsking(worker: number): Promise<void> {
    for (let number = 0; !this.stopping; number++) {
      await this.tell(`w${worker}-${number}`);
      await wait(this.random.between(5, 40));
    }
  }

  /** One story: a movement, and what follows from it. */
  private async tell(key: string): Promise<void> {
    const { random } = this;
    const [from, to, third] = this.three();
    const amount = BigInt(1 + random.below(900));
    switch (random.weighted({ transfer: 8, posting: 4, hold: 5, purchase: 4, reversal: 2 })) {
      case 'transfer':
        await this.ask(transfer(key, from, to, amount));
        return;
      case 'posting':
        await this.ask(posting(key, from, [to, third], amount));
        return;
      case 'hold': {
        const endsSoon = random.chance(0.3);
        const expiresAt = endsSoon ? new Date(this.bankTime + random.between(5_000, 3_000_000)) : undefined;
        await this.follow(key, await this.ask(hold(key, from, to, amount + 1n, expiresAt)));
        return;
      }
      case 'purchase':
        await this.follow(key, await this.ask(purchase(key, shop, amount + 1n)));
        return;
      case 'reversal': {
        const original = await this.ask(transfer(key, from, to, amount));
        if (original) await this.ask(reversal(`${key}-reversal`, original));
        return;
      }
    }
  }

  /** What is held is captured in parts or whole, released, or stays. */
  private async follow(key: string, held: Transaction | undefined): Promise<void> {
    if (held?.status !== TransactionStatus.TRANSACTION_STATUS_AUTHORIZED) return;
    const { random } = this;
    const part = held.amountCents / 2n;
    switch (random.weighted({ parts: 4, part: 2, whole: 3, release: 3, leave: 2 })) {
      case 'parts':
        await this.ask(capture(`${key}-first`, held, part, false));
        await this.ask(capture(`${key}-last`, held, held.amountCents - part, true));
        return;
      case 'part':
        await this.ask(capture(`${key}-first`, held, part, random.chance(0.5)));
        return;
      case 'whole':
        await this.ask(capture(`${key}-whole`, held, held.amountCents, true));
        return;
      case 'release':
        await this.ask(release(`${key}-void`, held));
        return;
      case 'leave':
        return;
    }
  }

  private async ask(movement: Movement): Promise<Transaction | undefined> {
    const fate = await this.client.settle(movement);
    this.fates.push(fate);
    if (fate.kind !== 'acknowledged') return undefined;
    this.acknowledged += 1;
    this.bankTime = Math.max(Date.now(), this.bankTime, fate.transaction.createdAt?.getTime() ?? 0);
    return fate.transaction;
  }

  private three(): [string, string, string] {
    const first = this.random.below(people.length);
    const second = (first + 1 + this.random.below(people.length - 2)) % people.length;
    const third = (second + 1) % people.length;
    return [people[first] ?? '', people[second] ?? '', people[third] ?? ''];
  }

  /**
   * At any time none is overdrawn, and none goes back; and all balances together are nothing, where they are read at one
   * moment and nothing is on its way between shards.
   */
  private async keepReading(): Promise<void> {
    let before: readonly Balance[] = [];
    while (!this.stopping) {
      const balances = await this.balances();
      this.readings += 1;
      const sum = sumOf(balances);
      if (sum !== 0n && this.shards === 1) this.wrongReadings.push(`all balances sum to ${sum}`);
      balances.forEach(({ accountId, sequence, availableCents }, at) => {
        const earlier = before[at]?.sequence ?? 0n;
        if (sequence < earlier) this.wrongReadings.push(`${accountId} went back from ${earlier} to ${sequence}`);
        if (availableCents < 0n && accountId !== cash) this.wrongReadings.push(`${accountId} is overdrawn`);
      });
      before = balances;
      await wait(20);
    }
  }
}

export function sumOf(balances: readonly Balance[]): bigint {
  return balances.reduce((total, { postedCents }) => total + postedCents, 0n);
}
