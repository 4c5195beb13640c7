import { cents } from '@ipe/money/cents';
import type { AccountStatus } from '../../src/domain/account.ts';
import type { Command } from '../../src/domain/command.ts';
import { amountsOf, partiesOf } from '../../src/domain/decide-post-by-template.ts';
import { postingTemplates, type TemplateName } from '../../src/domain/posting-templates.ts';
import type { IdempotencyScope } from '../../src/domain/record.ts';
import type { PostingLine } from '../../src/domain/transaction.ts';
import type { Random } from './random.ts';

// A small bank, so that everything meets everything else: few accounts in reais, two in points.

const reais = ['acc_0', 'acc_1', 'acc_2', 'acc_card', 'acc_shop'] as const;
const points = ['pts_0', 'pts_1'] as const;
export const accountIds: readonly string[] = [...reais, ...points];
const limits: Readonly<Record<string, bigint>> = { acc_2: 3_000n, acc_card: 20_000n, pts_0: 500n };
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

export function openAccount(accountId: string): Unscoped<Command> {
  return {
    kind: 'openAccount',
    accountId,
    accountClass: accountId === 'acc_card' ? 'ASSET' : 'LIABILITY',
    currency: currencyOf(accountId),
    limit: cents(limits[accountId] ?? 0n),
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
      const accounts = pair(random.pick(['acc_card', 'acc_0', 'acc_1']), 'acc_shop');
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
  }
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
