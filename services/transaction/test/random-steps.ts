import { cents } from '@ipe/money/cents';
import fc from 'fast-check';
import { unboundedLimit } from '../src/domain/account.ts';
import type { CardFinding } from '../src/domain/decide-authorize.ts';
import { amountsOf, partiesOf } from '../src/domain/decide-post-by-template.ts';
import type { Outcome } from '../src/domain/decision.ts';
import { postingTemplates, templateOf } from '../src/domain/posting-templates.ts';
import { bankWithChart, type PaperLedger, type PaperLine, purchase, scope } from './paper-ledger.ts';

// Random commands, sensible and not, on a small bank that keeps reais and points.

const inReais = ['acc_ana', 'acc_card', 'acc_shop', 'acc_other'];
const inPoints = ['acc_points', 'acc_more_points'];
const reais = fc.constantFrom(...inReais);
const account = fc.oneof({ weight: 5, arbitrary: reais }, { weight: 1, arbitrary: fc.constantFrom(...inPoints) });
const amount = fc.bigInt(1n, 60_000n);
const zeroOrAmount = fc.oneof(fc.constant(0n), fc.bigInt(1n, 30_000n));
/** A transaction by its place among those that the command is for, and now and then among all. */
const nth = fc.nat(1_000);
const key = fc.nat(60).map((number) => `k${number}`);
const verdict = fc.constantFrom<CardFinding['verdict']>('valid', 'valid', 'valid', 'wrong_cvv', 'card_state_unknown');
const status = fc.constantFrom('ACTIVE', 'ACTIVE', 'FROZEN', 'FROZEN_FOR_CREDIT', 'FROZEN_FOR_ALL', 'CLOSED');
const template = fc.constantFrom(...Object.keys(postingTemplates));

const currencies = fc.constantFrom([...inReais, 'system:cash', 'system:fees'], [...inPoints, 'system:points']);
const movement = currencies.chain((accounts) =>
  fc.record({ from: fc.constantFrom(...accounts), to: fc.constantFrom(...accounts), amount: fc.bigInt(1n, 20_000n) }),
);
/** Most balance, in one currency or two; some are a cent out. */
const lines = fc
  .tuple(fc.array(movement, { minLength: 1, maxLength: 4 }), fc.boolean(), fc.constantFrom(0n, 0n, 0n, 0n, 0n, 1n))
  .map(([movements, creditsFirst, tooMuch]): PaperLine[] => {
    const debits = movements.map(({ from, amount: given }): PaperLine => [from, -given]);
    const credits = movements.map(({ to, amount: got }): PaperLine => [to, got + tooMuch]);
    return creditsFirst ? [...credits, ...debits] : [...debits, ...credits];
  });

const oneOf = <Name extends string, Fields extends object>(
  weight: number,
  name: Name,
  fields: { [Field in keyof Fields]: fc.Arbitrary<Fields[Field]> },
) => ({ weight, arbitrary: fc.record({ do: fc.constant(name), ...fields }) as fc.Arbitrary<{ do: Name } & Fields> });

export const step = fc.oneof(
  oneOf(4, 'transfer', { from: account, to: account, amount, key }),
  oneOf(4, 'post', { lines, key }),
  oneOf(4, 'template', {
    template,
    party: reais,
    other: reais,
    amounts: fc.array(zeroOrAmount, { minLength: 3 }),
    key,
  }),
  oneOf(4, 'authorize', { amount, verdict, key }),
  oneOf(3, 'hold', { from: account, to: account, amount, key }),
  oneOf(2, 'increment', { nth, amount: fc.bigInt(1n, 9_000n), key }),
  oneOf(4, 'capture', { nth, amount: zeroOrAmount, final: fc.boolean(), key }),
  oneOf(2, 'refund', { nth, amount: zeroOrAmount, key }),
  oneOf(1, 'void', { nth, key }),
  oneOf(1, 'cancel', { key }),
  oneOf(4, 'reverse', { nth, amount: zeroOrAmount, byLines: fc.boolean(), key }),
  oneOf(1, 'limit', { account, limit: fc.bigInt(0n, 90_000n) }),
  oneOf(1, 'status', { account, status }),
  oneOf(2, 'wait', { ms: fc.integer({ min: -1_000, max: 4 * 86_400_000 }) }),
);
export type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

export function randomBank(): PaperLedger {
  const ledger = bankWithChart();
  ledger.open('acc_other');
  for (const id of inPoints) ledger.open(id, 500n, 'LIABILITY', 'PONTOS/0');
  ledger.open('system:points', unboundedLimit, 'EXPENSE', 'PONTOS/0');
  ledger.transfer('system:cash', 'acc_other', 20_000n);
  return ledger;
}

/** Takes a step, and answers what came of it: a command without a key of its own, nothing. */
export function take(ledger: PaperLedger, command: Step): Outcome<unknown> | undefined {
  const id = 'nth' in command ? pick(ledger, command) : '';
  // The body is the command itself, so that a key met again is now a replay, now a refusal.
  const idempotency = 'key' in command ? scope(command.key, bodyOf(command)) : scope('none');
  switch (command.do) {
    case 'transfer':
      return ledger.transfer(command.from, command.to, command.amount, idempotency);
    case 'post':
      return ledger.post(command.lines, idempotency);
    case 'template':
      return byTemplate(ledger, command, idempotency);
    case 'authorize': {
      const card = { cardId: 'crd_1', accountId: 'acc_card', lastFour: '4242', verdict: command.verdict };
      return ledger.authorize(purchase(command.key, command.amount, { idempotency }), card);
    }
    case 'hold':
      return ledger.hold(command.from, command.to, command.amount, { idempotency });
    case 'increment':
      return ledger.increment(id, command.amount, idempotency);
    case 'capture':
      return ledger.capture(id, command.amount, command.final, idempotency);
    case 'refund':
      return ledger.refund(id, command.amount, idempotency);
    case 'void':
      return ledger.void(id, idempotency);
    case 'reverse':
      return ledger.reverse(id, command.byLines ? someLines(ledger, id, command.amount) : command.amount, idempotency);
    case 'cancel':
      ledger.cancel(command.key);
      return undefined;
    case 'limit':
      ledger.change(command.account, { limit: cents(command.limit) });
      return undefined;
    case 'status':
      ledger.change(command.account, { status: command.status });
      return undefined;
    case 'wait':
      ledger.now += command.ms;
      for (let before = -1; before < ledger.records.length; ) {
        before = ledger.records.length;
        ledger.expire();
      }
      return undefined;
  }
}

function pick(ledger: PaperLedger, { do: what, nth: place }: Extract<Step, { nth: number }>): string {
  const all = [...ledger.state.transactions.values()];
  const fitting = all.filter(({ kind, held, captured }) => {
    if (what === 'reverse') return kind === 'TRANSFER' || kind === 'POSTING';
    return what === 'refund' ? captured > 0n : held > 0n;
  });
  const choice = place % 8 === 0 || fitting.length === 0 ? all : fitting;
  return choice[place % choice.length]?.transactionId ?? '';
}

function byTemplate(
  ledger: PaperLedger,
  { template: name, party, other, amounts }: Extract<Step, { do: 'template' }>,
  idempotency: ReturnType<typeof scope>,
) {
  const known = templateOf(name);
  if (!known) throw new Error(`no template ${name}`);
  const accounts = partiesOf(known).map((part, at) => [part, at === 0 ? party : other]);
  const named = amountsOf(known).map((part, at) => [part, amounts[at] ?? 0n]);
  return ledger.postByTemplate(name, Object.fromEntries(accounts), Object.fromEntries(named), idempotency);
}

/** A reversal of one debit and one credit of a posting, by the same amount. */
function someLines(ledger: PaperLedger, id: string, part: bigint): PaperLine[] {
  const written = ledger.transaction(id).lines;
  const credit = written.find((line) => line.amount > 0n);
  const debit = written.findLast((line) => line.amount < 0n && line.currency === credit?.currency);
  if (!credit || !debit) return [];
  return [
    [credit.accountId, -part],
    [debit.accountId, part],
  ];
}

function bodyOf(command: Step): string {
  return JSON.stringify(command, (_name, value) => (typeof value === 'bigint' ? String(value) : value));
}
