import { hash } from 'node:crypto';
import { transactionId } from '@ipe/ledger/transaction-id';
import { cents } from '@ipe/money/cents';
import { type Account, available, unboundedLimit } from '../src/domain/account.ts';
import { apply } from '../src/domain/apply.ts';
import { chartOfAccounts, systemAccountIds } from '../src/domain/chart-of-accounts.ts';
import { type ChangeAccount, decideChangeAccount, decideOpenAccount } from '../src/domain/decide-account.ts';
import { type Authorize, type CardFinding, decideAuthorize } from '../src/domain/decide-authorize.ts';
import { decideCapture } from '../src/domain/decide-capture.ts';
import { decideHold, decideIncrement, type Hold } from '../src/domain/decide-hold.ts';
import { decidePost } from '../src/domain/decide-post.ts';
import { decidePostByTemplate } from '../src/domain/decide-post-by-template.ts';
import { decideRefund } from '../src/domain/decide-refund.ts';
import { decideCancel, decideExpiry, decideVoid } from '../src/domain/decide-release.ts';
import { decideReverse } from '../src/domain/decide-reverse.ts';
import { decideTransfer, type Transfer } from '../src/domain/decide-transfer.ts';
import type { Decision, Moment, Outcome } from '../src/domain/decision.ts';
import { emptyLedger, type LedgerView } from '../src/domain/ledger-state.ts';
import type { IdempotencyScope, LedgerRecord } from '../src/domain/record.ts';
import type { Annotations, Transaction } from '../src/domain/transaction.ts';

export const sha256 = (text: string): string => hash('sha256', text, 'hex');

export function scope(key: string, body = key, caller = 'shop'): IdempotencyScope {
  return { caller, key, fingerprint: sha256(body) };
}

const merchant = { merchantId: 'mer_1', accountId: 'acc_shop', name: 'Padaria Ipê', mcc: '5462' };
export const goodCard: CardFinding = { verdict: 'valid', cardId: 'crd_1', accountId: 'acc_card', lastFour: '4242' };

export function purchase(key: string, amount: bigint, changes: Partial<Authorize> = {}): Authorize {
  return {
    idempotency: scope(key, `${key} ${amount}`),
    merchant,
    amount: cents(amount),
    currency: 'BRL',
    installments: 1,
    orderId: 'ord_1',
    ...changes,
  };
}

export type PaperLine = readonly [accountId: string, amount: bigint];

const toLines = (lines: readonly PaperLine[]) =>
  lines.map(([accountId, amount]) => ({ accountId, amount: cents(amount) }));

/** The ledger without journal and engine: each record is its own batch. */
export class PaperLedger {
  readonly state = emptyLedger();
  readonly records: LedgerRecord[] = [];
  now = Date.parse('2026-11-21T12:00:00.000Z');
  private keys = 0;

  constructor(private readonly shard = 0) {}

  decide<Answer>(decide: (state: LedgerView, moment: Moment) => Decision<Answer>): Outcome<Answer> {
    const { outcome, record } = decide(this.state, this.moment());
    if (record) {
      apply(this.state, record);
      this.records.push(record);
    }
    return outcome;
  }

  moment(): Moment {
    const place = { shard: this.shard, sequence: this.records.length + 1, index: 0 };
    const now = Math.max(this.now, this.state.decidedAt);
    return { now, transactionId: transactionId(place), traceparent: '', sha256 };
  }

  open(accountId: string, limit = 0n, accountClass: Account['accountClass'] = 'LIABILITY', currency = 'BRL') {
    const command = { idempotency: this.fresh(), accountId, accountClass, currency, limit: cents(limit) };
    return this.decide((state, moment) => decideOpenAccount(state, command, moment));
  }

  change(accountId: string, changes: Pick<ChangeAccount, 'limit' | 'status'>) {
    const command = { idempotency: this.fresh(), accountId, ...changes };
    return this.decide((state, moment) => decideChangeAccount(state, command, moment));
  }

  transfer(
    fromAccountId: string,
    toAccountId: string,
    amount: bigint,
    idempotency = this.fresh(),
    changes: Partial<Transfer> = {},
  ) {
    const command = {
      idempotency,
      fromAccountId,
      toAccountId,
      amount: cents(amount),
      currency: 'BRL',
      description: 'aluguel',
      ...changes,
    };
    return this.decide((state, moment) => decideTransfer(state, command, moment));
  }

  /** lines: account and what is added to it, as often as there are lines. */
  post(lines: readonly PaperLine[], idempotency = this.fresh(), said: Annotations = {}) {
    const command = { idempotency, lines: toLines(lines), description: 'acerto', ...said };
    return this.decide((state, moment) => decidePost(state, command, moment));
  }

  postByTemplate(
    template: string,
    accounts: Record<string, string>,
    amounts: Record<string, bigint>,
    idempotency = this.fresh(),
    said: Annotations = {},
  ) {
    const command = { idempotency, template, accounts, amounts, description: 'produto', ...said };
    return this.decide((state, moment) => decidePostByTemplate(state, command, moment));
  }

  hold(fromAccountId: string, toAccountId: string, amount: bigint, changes: Partial<Hold> = {}) {
    const command = {
      idempotency: this.fresh(),
      fromAccountId,
      toAccountId,
      amount: cents(amount),
      currency: 'BRL',
      description: 'reserva',
      ...changes,
    };
    return this.decide((state, moment) => decideHold(state, command, moment));
  }

  increment(transactionId: string, amount: bigint, idempotency = this.fresh()) {
    const command = { idempotency, transactionId, amount: cents(amount) };
    return this.decide((state, moment) => decideIncrement(state, command, moment));
  }

  /** what: an amount, or lines; zero for all that is left. */
  reverse(transactionId: string, what: bigint | readonly PaperLine[] = 0n, idempotency = this.fresh()) {
    const part = typeof what === 'bigint' ? { amount: cents(what) } : { lines: toLines(what) };
    const command = { idempotency, transactionId, reason: 'engano', ...part };
    return this.decide((state, moment) => decideReverse(state, command, moment));
  }

  authorize(command: Authorize, card = goodCard) {
    return this.decide((state, moment) => decideAuthorize(state, command, card, moment));
  }

  capture(transactionId: string, amount = 0n, final = false, idempotency = this.fresh()) {
    const command = { idempotency, transactionId, amount: cents(amount), final };
    return this.decide((state, moment) => decideCapture(state, command, moment));
  }

  void(transactionId: string, idempotency = this.fresh()) {
    return this.decide((state, moment) => decideVoid(state, { idempotency, transactionId }, moment));
  }

  cancel(authorizationKey: string, caller = 'shop') {
    return this.decide((state, moment) => decideCancel(state, { caller, authorizationKey }, moment));
  }

  refund(transactionId: string, amount = 0n, idempotency = this.fresh()) {
    const command = { idempotency, transactionId, amount: cents(amount) };
    return this.decide((state, moment) => decideRefund(state, command, moment));
  }

  expire() {
    return this.decide(
      (state, moment) =>
        decideExpiry(state, moment) ?? { outcome: { kind: 'answered', answer: undefined, replayed: false } },
    );
  }

  transaction(transactionId: string): Transaction {
    const transaction = this.state.transactions.get(transactionId);
    if (!transaction) throw new Error(`no transaction ${transactionId}`);
    return transaction;
  }

  /** Posted, held, available. */
  balance(accountId: string): [posted: bigint, held: bigint, available: bigint] {
    const account = this.state.accounts.get(accountId);
    if (!account) throw new Error(`no account ${accountId}`);
    return [account.posted, account.held, available(account)];
  }

  private fresh(): IdempotencyScope {
    this.keys += 1;
    return scope(`test-${this.keys}`);
  }
}

/** A bank with cash, a customer of R$ 1.000,00, a card with a limit of R$ 500,00 and a shop. */
export function smallBank(): PaperLedger {
  const ledger = new PaperLedger();
  ledger.open('system:cash', unboundedLimit, 'ASSET');
  ledger.open('acc_ana');
  ledger.open('acc_card', 50_000n, 'ASSET');
  ledger.open('acc_shop');
  ledger.transfer('system:cash', 'acc_ana', 100_000n);
  return ledger;
}

/** The small bank with all of the bank's own accounts. */
export function bankWithChart(): PaperLedger {
  const ledger = smallBank();
  for (const id of systemAccountIds) {
    const { accountClass, currency, unbounded } = chartOfAccounts[id];
    if (id !== 'system:cash') ledger.open(id, unbounded ? unboundedLimit : 0n, accountClass, currency);
  }
  return ledger;
}

/** The answer of an outcome that must be one. */
export function answerOf<Answer>(outcome: Outcome<Answer>): Answer {
  if (outcome.kind !== 'answered') throw new Error(`refused: ${outcome.refusal}`);
  return outcome.answer;
}
