import { hash } from 'node:crypto';
import { cents } from '@ipe/money/cents';
import { type Account, available, unboundedLimit } from '../src/domain/account.ts';
import { apply } from '../src/domain/apply.ts';
import { type ChangeAccount, decideChangeAccount, decideOpenAccount } from '../src/domain/decide-account.ts';
import { type Authorize, type CardFinding, decideAuthorize } from '../src/domain/decide-authorize.ts';
import { decideCapture } from '../src/domain/decide-capture.ts';
import { decideRefund } from '../src/domain/decide-refund.ts';
import { decideCancel, decideExpiry, decideVoid } from '../src/domain/decide-release.ts';
import { decideReverse, decideTransfer } from '../src/domain/decide-transfer.ts';
import type { Decision, Moment, Outcome } from '../src/domain/decision.ts';
import { emptyLedger, type LedgerView } from '../src/domain/ledger-state.ts';
import type { IdempotencyScope, LedgerRecord } from '../src/domain/record.ts';
import { transactionId } from '../src/domain/transaction-id.ts';

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

/** The ledger without journal and engine: each record is its own batch. */
export class PaperLedger {
  readonly state = emptyLedger();
  readonly records: LedgerRecord[] = [];
  now = Date.parse('2026-11-21T12:00:00.000Z');
  private keys = 0;

  decide<Answer>(decide: (state: LedgerView, moment: Moment) => Decision<Answer>): Outcome<Answer> {
    const { outcome, record } = decide(this.state, this.moment());
    if (record) {
      apply(this.state, record);
      this.records.push(record);
    }
    return outcome;
  }

  moment(): Moment {
    const place = { shard: 0, sequence: this.records.length + 1, index: 0 };
    const now = Math.max(this.now, this.state.decidedAt);
    return { now, transactionId: transactionId(place), traceparent: '', sha256 };
  }

  open(accountId: string, limit = 0n, accountClass: Account['accountClass'] = 'LIABILITY') {
    const command = { idempotency: this.fresh(), accountId, accountClass, currency: 'BRL', limit: cents(limit) };
    return this.decide((state, moment) => decideOpenAccount(state, command, moment));
  }

  change(accountId: string, changes: Pick<ChangeAccount, 'limit' | 'status'>) {
    const command = { idempotency: this.fresh(), accountId, ...changes };
    return this.decide((state, moment) => decideChangeAccount(state, command, moment));
  }

  transfer(fromAccountId: string, toAccountId: string, amount: bigint, idempotency = this.fresh()) {
    const command = {
      idempotency,
      fromAccountId,
      toAccountId,
      amount: cents(amount),
      currency: 'BRL',
      description: 'aluguel',
    };
    return this.decide((state, moment) => decideTransfer(state, command, moment));
  }

  reverse(transactionId: string, idempotency = this.fresh()) {
    return this.decide((state, moment) =>
      decideReverse(state, { idempotency, transactionId, reason: 'engano' }, moment),
    );
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

/** The answer of an outcome that must be one. */
export function answerOf<Answer>(outcome: Outcome<Answer>): Answer {
  if (outcome.kind !== 'answered') throw new Error(`refused: ${outcome.refusal}`);
  return outcome.answer;
}
