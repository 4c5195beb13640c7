import { shardOf, systemAccountAt } from '@ipe/ledger/shard-of';
import { cents } from '@ipe/money/cents';
import { type AccountStatus, largestBalance } from '../../../src/domain/account.ts';
import type { Command } from '../../../src/domain/command.ts';
import type { Authorize } from '../../../src/domain/decide-authorize.ts';
import type { PostingLine, Transaction } from '../../../src/domain/transaction.ts';
import type { Random } from '../random.ts';

// A small bank whose accounts lie at all shards, so that nearly everything that is asked is about several of them.

type Unscoped<Some> = Some extends Command ? Omit<Some, 'idempotency'> : never;
export type UnscopedCommand = Unscoped<Command>;

/** A purchase by the card of an account; of none, the card is not known to be anybody's. */
export type Purchase = Readonly<{
  kind: 'purchase';
  cardNumber: string;
  payer: string;
  asked: Omit<Authorize, 'idempotency'>;
}>;
/** The shop wants none of a purchase of late, whether it has arrived or not. */
type Cancel = Readonly<{ kind: 'cancel' }>;
export type Wish = UnscopedCommand | Purchase | Cancel;

const points = 'PONTOS/0';
const statuses: Readonly<Record<AccountStatus, number>> = {
  ACTIVE: 10,
  FROZEN: 1,
  FROZEN_FOR_CREDIT: 3,
  FROZEN_FOR_ALL: 1,
  CLOSED: 1,
};

const kinds = {
  funding: 6,
  ofVast: 3,
  acrossCurrencies: 1,
  transfer: 8,
  toBrief: 7,
  post: 9,
  exchange: 2,
  withdrawal: 2,
  hold: 6,
  purchase: 7,
  cancel: 2,
  increment: 1,
  capture: 7,
  void: 1,
  refund: 8,
  reverse: 10,
  changeAccount: 4,
};

/** What the clients have made up, and what they were told: what is asked next follows from it. */
export class Bank {
  /** Accounts that stay. */
  readonly accountIds: readonly string[];
  private readonly pointIds: readonly string[];
  /** So large that what they move does not all fit between the shards. */
  private readonly vastIds: readonly string[];
  private readonly brief: string[] = [];
  private readonly holds: string[] = [];
  private readonly movements: string[] = [];

  constructor(
    private readonly random: Random,
    readonly shards: number,
    /** A client's own guess of the time. */
    private readonly now: () => number,
  ) {
    const every = Array.from({ length: shards }, (_, shard) => shard);
    const reais = every.flatMap((shard) => ['one', 'two'].map((name) => accountAt(name, shard, shards)));
    this.pointIds = every.slice(0, 2).map((shard) => accountAt('pts', shard, shards));
    this.vastIds = every.slice(0, 3).map((shard) => accountAt('vast', shard, shards));
    this.accountIds = [...reais, ...this.pointIds, ...this.vastIds];
  }

  learn({ transactionId, kind }: Transaction): void {
    if (kind === 'HOLD' || kind === 'CARD_PURCHASE') this.holds.push(transactionId);
    if (kind === 'TRANSFER' || kind === 'POSTING') this.movements.push(transactionId);
  }

  open(accountId: string): UnscopedCommand {
    const { random, pointIds } = this;
    const some = pointIds.includes(accountId) ? 2_000n : random.chance(0.25) ? 3_000n : 0n;
    const limit = this.vastIds.includes(accountId) ? largestBalance : some;
    const currency = this.currencyOf(accountId);
    return { kind: 'openAccount', accountId, accountClass: 'LIABILITY', currency, limit: cents(limit) };
  }

  /** An account that nobody has yet, and that is closed before long. */
  openBrief(): UnscopedCommand {
    const accountId = `brief_${this.brief.length}`;
    this.brief.push(accountId);
    return { kind: 'openAccount', accountId, accountClass: 'LIABILITY', currency: 'BRL', limit: cents(0n) };
  }

  close(accountId: string): UnscopedCommand {
    return { kind: 'changeAccount', accountId, status: 'CLOSED' };
  }

  /** What is asked, and what may be asked right behind it, before its money has arrived. */
  next(): readonly [Wish, Wish?] {
    const { random } = this;
    const description = '';
    const kind = random.weighted(kinds);
    switch (kind) {
      case 'funding':
        return [this.transfer(this.cash(), this.someone(), 6_000)];
      case 'ofVast': {
        const [from, to] = random.pick([this.vastIds, this.vastIds.toReversed()]);
        const amount = cents((random.pick([1n, 2n, 4n]) * largestBalance) / 16n);
        return [{ kind: 'transfer', ...pair(from ?? '', to ?? ''), amount, currency: 'BRL', description }];
      }
      case 'acrossCurrencies': {
        const [from, to] = [this.someone(), random.pick(this.pointIds)];
        return [random.chance(0.5) ? this.transfer(from, to, 100) : this.transfer(to, from, 100)];
      }
      case 'transfer': {
        const [from, to] = random.chance(0.9) ? [this.someone(), this.someone()] : this.pointIds;
        const transfer = this.transfer(from ?? '', to ?? '', 1_500);
        const follows = random.chance(0.1) ? this.latest(this.movements) : '';
        const freeze = { kind: 'changeAccount', accountId: to ?? '', status: 'FROZEN_FOR_CREDIT' } as const;
        return [{ ...transfer, followsTransactionId: follows }, random.chance(0.15) ? freeze : undefined];
      }
      case 'toBrief': {
        const accountId = this.brief.at(-1 - random.below(2));
        if (!accountId || random.chance(0.4)) return [this.openBrief()];
        const from = random.chance(0.5) ? this.cash() : this.someone();
        return [this.transfer(from, accountId, 300), random.chance(0.7) ? this.close(accountId) : undefined];
      }
      case 'post':
        return [{ kind, lines: this.lines(), description }];
      case 'exchange': {
        const [one = '', other = ''] = this.pointIds;
        return [{ kind: 'post', lines: [...this.lines(), ...movement(one, other, this.some(50))], description }];
      }
      case 'withdrawal': {
        const amounts = { amount: this.some(300), fee: BigInt(random.below(20)) };
        const accounts = { account: this.someone() };
        return [{ kind: 'postByTemplate', template: 'cash_withdrawal', accounts, amounts, description }];
      }
      case 'hold':
        return [
          {
            kind,
            ...pair(this.someone(), this.someone()),
            amount: this.some(1_000),
            currency: 'BRL',
            description,
            expiresAt: this.end(),
          },
        ];
      case 'purchase':
        return [this.purchase(), random.chance(0.1) ? { kind: 'cancel' } : undefined];
      case 'cancel':
        return [{ kind }];
      case 'increment':
        return [{ kind, transactionId: this.latest(this.holds), amount: this.some(200) }];
      case 'capture': {
        const amount = cents(random.chance(0.5) ? 0n : this.some(500));
        return [{ kind, transactionId: this.latest(this.holds), amount, final: random.chance(0.4) }];
      }
      case 'void':
        return [{ kind, transactionId: this.latest(this.holds) }];
      case 'refund': {
        const amount = cents(random.chance(0.4) ? 0n : this.some(300));
        return [{ kind, transactionId: this.latest(this.holds), amount }];
      }
      case 'reverse': {
        const amount = random.chance(0.5) ? { amount: this.some(300) } : {};
        return [{ kind, transactionId: this.latest(this.movements), reason: 'engano', ...amount }];
      }
      case 'changeAccount': {
        const accountId = this.someone();
        if (random.chance(0.2)) return [{ kind, accountId, limit: this.some(4_000) }];
        return [{ kind, accountId, status: random.weighted(statuses) }];
      }
    }
  }

  private purchase(): Purchase {
    const verdict = this.random.pick(['valid', 'valid', 'valid', 'moody', 'unknown_card']);
    const payer = verdict === 'unknown_card' ? '' : this.someone();
    const merchant = { merchantId: 'mer_1', accountId: this.someone(), name: 'Padaria Ipê', mcc: '5462' };
    const asked = { merchant, amount: this.some(1_000), currency: 'BRL', installments: 1, orderId: 'ord_1' };
    return { kind: 'purchase', cardNumber: `${verdict}@${payer}`, payer, asked: { ...asked, expiresAt: this.end() } };
  }

  /** When a hold runs out; undefined: long after all is over. */
  private end(): number | undefined {
    return this.random.chance(0.4) ? Math.floor(this.now() + this.random.between(100, 8_000)) : undefined;
  }

  private transfer(from: string, to: string, most: number) {
    const currency = this.currencyOf(from);
    return { kind: 'transfer', ...pair(from, to), amount: this.some(most), currency, description: '' } as const;
  }

  /** Several give, several get; an account may be named more than once, and do both. */
  private lines(): PostingLine[] {
    const { random } = this;
    const receiver = this.someone();
    const lines = Array.from({ length: 1 + random.below(3) }, () => {
      const to = random.chance(0.5) ? receiver : this.someone();
      return { from: this.someone(), to, amount: this.some(400) };
    });
    return lines.flatMap(({ from, to, amount }) => movement(from, to, amount));
  }

  private someone(): string {
    return this.random.pick(this.accountIds.slice(0, 2 * this.shards));
  }

  private cash(): string {
    return systemAccountAt('system:cash', this.random.below(this.shards));
  }

  private some(most: number) {
    return cents(BigInt(1 + this.random.below(most)));
  }

  private latest(ids: readonly string[]): string {
    return ids.length > 0 ? this.random.pick(ids.slice(-6)) : 't00000000000000';
  }

  private currencyOf(accountId: string): string {
    return this.pointIds.includes(accountId) ? points : 'BRL';
  }
}

/** An account's id of a shard. */
function accountAt(name: string, shard: number, shards: number): string {
  for (let number = 0; ; number++) {
    const accountId = `${name}_${number}`;
    if (shardOf(accountId, shards) === shard) return accountId;
  }
}

function pair(fromAccountId: string, toAccountId: string) {
  return { fromAccountId, toAccountId };
}

function movement(from: string, to: string, amount: bigint): PostingLine[] {
  return [
    { accountId: from, amount: cents(-amount) },
    { accountId: to, amount: cents(amount) },
  ];
}
