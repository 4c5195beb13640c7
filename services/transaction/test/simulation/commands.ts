import { cents } from '@ipe/money/cents';
import { type AccountStatus, largestBalance } from '../../src/domain/account.ts';
import { systemAccountIds } from '../../src/domain/chart-of-accounts.ts';
import type { Command } from '../../src/domain/command.ts';
import { amountsOf, partiesOf } from '../../src/domain/decide-post-by-template.ts';
import { postingTemplates, type TemplateName } from '../../src/domain/posting-templates.ts';
import type { IdempotencyScope } from '../../src/domain/record.ts';
import type { PostingLine } from '../../src/domain/transaction.ts';
import type { Random } from './random.ts';

// A small bank, so that everything meets everything else: few accounts in reais, two in points; three whose balances are
// about as large as balances can be; and some that are closed before long.

const reais = ['acc_0', 'acc_1', 'acc_2', 'acc_card', 'acc_shop'] as const;
const points = ['pts_0', 'pts_1'] as const;
const vast = ['vast_0', 'vast_1', 'vast_2'] as const;
const brief = ['brief_0', 'brief_1'] as const;
/** Those that are opened at first, and stay. */
export const accountIds: readonly string[] = [...reais, ...points, ...vast];
export const everyAccountId: readonly string[] = [...systemAccountIds, ...accountIds, ...brief];
const limits: Readonly<Record<string, bigint>> = {
  acc_2: 3_000n,
  acc_card: 20_000n,
  pts_0: 500n,
  vast_0: largestBalance,
  vast_1: largestBalance,
  vast_2: largestBalance,
  brief_1: 2n,
};
const statuses: readonly AccountStatus[] = ['ACTIVE', 'ACTIVE', 'ACTIVE', 'FROZEN', 'FROZEN_FOR_CREDIT'];
const templates = Object.keys(postingTemplates) as TemplateName[];

const kinds = {
  funding: 5,
  transfer: 8,
  post: 3,
  postByTemplate: 3,
  hold: 5,
  increment: 1,
  capture: 5,
  void: 2,
  refund: 2,
  reverse: 3,
  openAccount: 1,
  changeAccount: 1,
  ofBrief: 4,
  ofVast: 4,
  acrossCurrencies: 1,
};

type Unscoped<Some> = Some extends Command ? Omit<Some, 'idempotency'> : never;

/** What the client knows, from which it makes up what to ask. */
export type Known = Readonly<{
  random: Random;
  /** Ids of transactions that were answered. */
  transactions: readonly string[];
  /** A client's own guess of the time. */
  now: number;
}>;

export function openAccount(accountId: string, limit = limits[accountId] ?? 0n): Unscoped<Command> {
  return {
    kind: 'openAccount',
    accountId,
    accountClass: accountId === 'acc_card' ? 'ASSET' : 'LIABILITY',
    currency: currencyOf(accountId),
    limit: cents(limit),
  };
}

export function randomCommand(known: Known): Unscoped<Command> {
  const { random, now } = known;
  const some = (most: number) => cents(BigInt(1 + random.below(most)));
  const transactionId = known.transactions.length > 0 ? random.pick(known.transactions.slice(-12)) : 't00000000000000';
  const zeroOrSome = random.chance(0.5) ? cents(0n) : some(800);
  const description = '';
  const kind = random.weighted(kinds);
  switch (kind) {
    case 'funding':
      return easyCommand(random);
    case 'transfer': {
      const among = random.chance(0.85) ? reais : points;
      return { kind, ...pair(random.pick(among), random.pick(among)), amount: some(2_000), description };
    }
    case 'post':
      return { kind, lines: randomLines(random), description };
    case 'postByTemplate':
      return { kind, ...filled(random), description };
    case 'hold': {
      const expiresAt = random.chance(0.5) ? now + Math.floor(random.between(100, 4_000)) : undefined;
      const accounts = pair(random.pick(['acc_card', 'acc_card', 'acc_0', 'acc_1', 'acc_shop']), 'acc_shop');
      return { kind, ...accounts, amount: some(1_500), description, expiresAt };
    }
    case 'increment':
      return { kind, transactionId, amount: some(300) };
    case 'capture':
      return { kind, transactionId, amount: zeroOrSome, final: random.chance(0.5) };
    case 'void':
      return { kind, transactionId };
    case 'refund':
      return { kind, transactionId, amount: zeroOrSome };
    case 'reverse':
      return { kind, transactionId, reason: 'engano', ...(random.chance(0.5) ? { amount: some(500) } : {}) };
    case 'openAccount':
      return openAccount(random.pick(accountIds));
    case 'changeAccount': {
      const accountId = random.pick(reais);
      return random.chance(0.4)
        ? { kind, accountId, limit: some(25_000) }
        : { kind, accountId, status: random.pick(statuses) };
    }
    case 'ofBrief':
      return ofBrief(random);
    case 'ofVast':
      return ofVast(random, transactionId);
    case 'acrossCurrencies':
      return acrossCurrencies(random);
  }
}

/** An account is opened, given something, emptied and closed, in whatever order; once closed it stays so. */
function ofBrief(random: Random): Unscoped<Command> {
  const accountId = random.pick(brief);
  const other = random.pick(reais);
  const movement = { amount: cents(BigInt(1 + random.below(2))), currency: 'BRL', description: '' };
  const way = random.below(6);
  if (way === 0) return openAccount(accountId);
  if (way === 1) return { kind: 'changeAccount', accountId, status: random.chance(0.8) ? 'CLOSED' : 'ACTIVE' };
  if (way === 2) return { kind: 'hold', fromAccountId: other, toAccountId: accountId, ...movement };
  const [fromAccountId, toAccountId] = way === 5 ? ['system:cash', accountId] : [accountId, other];
  return { kind: 'transfer', fromAccountId, toAccountId, ...movement };
}

/** Amounts and limits of which two do not fit where one does. */
function ofVast(random: Random, transactionId: string): Unscoped<Command> {
  // What is asked otherwise is a cent more, and may not be too large either.
  const amount = cents((random.pick([2n, 3n, 4n]) * largestBalance) / 4n - 1n);
  const beyond = cents(largestBalance + 1n);
  const one = random.pick(vast);
  const other = random.pick(vast.filter((accountId) => accountId !== one));
  const movement = { ...pair(one, other), amount, description: '' };
  switch (random.below(8)) {
    case 0:
      return { kind: 'hold', ...movement };
    case 1:
      return { kind: 'increment', transactionId, amount };
    case 2:
      return { kind: 'changeAccount', accountId: one, limit: random.chance(0.5) ? amount : beyond };
    case 3:
      return openAccount('vast_beyond', beyond);
    case 4: {
      const back = cents(-amount);
      // In one order the account is beyond the largest balance on the way, in another it is not.
      const firstThree = random.pick([
        [amount, amount, back],
        [amount, back, amount],
      ]);
      const lines = firstThree.map((some) => ({ accountId: one, amount: some }));
      return { kind: 'post', lines: [...lines, { accountId: other, amount: back }], description: '' };
    }
    default:
      return { kind: 'transfer', ...movement };
  }
}

/** Reais for points, as no movement of one currency can be. */
function acrossCurrencies(random: Random): Unscoped<Command> {
  const ids = [random.pick(reais), random.pick(points)];
  const [fromAccountId = '', toAccountId = ''] = random.chance(0.5) ? ids : ids.toReversed();
  const currency = random.pick(['BRL', 'PONTOS/0']);
  const one = cents(1n);
  const lines = [
    { accountId: fromAccountId, amount: cents(-one) },
    { accountId: toAccountId, amount: one },
  ];
  const kind = random.pick(['transfer', 'hold', 'post'] as const);
  if (kind === 'post') return { kind, lines, description: '' };
  return { kind, fromAccountId, toAccountId, amount: one, currency, description: '' };
}

/** Cash for somebody. */
export function easyCommand(random: Random): Unscoped<Command> {
  const amount = cents(BigInt(1 + random.below(4_000)));
  return { kind: 'transfer', ...pair('system:cash', random.pick(reais)), amount, description: '' };
}

/** The same command asked otherwise: another body. */
export function altered(command: Unscoped<Command>): Unscoped<Command> {
  if ('amount' in command && command.amount !== undefined) {
    return { ...command, amount: cents(command.amount + 1n) } as Unscoped<Command>;
  }
  return { kind: 'transfer', ...pair('system:cash', 'acc_0'), amount: cents(7n), description: 'another' };
}

export function scoped(command: Unscoped<Command>, idempotency: IdempotencyScope): Command {
  return { ...command, idempotency } as Command;
}

function pair(fromAccountId: string, toAccountId: string) {
  return { fromAccountId, toAccountId, currency: currencyOf(fromAccountId) };
}

function currencyOf(accountId: string): string {
  return accountId.startsWith('pts_') ? 'PONTOS/0' : 'BRL';
}

/** Two to five lines, most of which balance. */
function randomLines(random: Random): PostingLine[] {
  const lines: PostingLine[] = [];
  for (let movements = 1 + random.below(2); movements > 0; movements--) {
    const among = random.chance(0.8) ? [...reais, 'system:cash'] : points;
    const amount = cents(BigInt(1 + random.below(900)));
    lines.push({ accountId: random.pick(among), amount: cents(-amount) }, { accountId: random.pick(among), amount });
  }
  return lines;
}

function filled(random: Random) {
  const name = random.pick(templates);
  const template = postingTemplates[name];
  const accounts = partiesOf(template).map((party) => [party, random.pick(reais)]);
  const amounts = amountsOf(template).map((amount) => [amount, BigInt(random.below(700))]);
  return { template: name, accounts: Object.fromEntries(accounts), amounts: Object.fromEntries(amounts) };
}
