import { derivedId } from '@ipe/dynamodb/derived-id';
import { fingerprint } from '@ipe/dynamodb/fingerprint';
import type { Cents } from '@ipe/money/cents';
import { Inject, Injectable } from '@nestjs/common';
import type { Payment } from '../domain/payment.ts';
import { decideRefund, type Refund, withReservation } from '../domain/refund.ts';
import { type Refused, refused } from '../domain/refusal.ts';
import { Clock, type Made, Payments, Refunds, type WriteKey } from './ports.ts';
import { SettleRefund } from './settle-refund.ts';

/** amount: zero for all that is left. */
export type RefundPaymentCommand = { write: WriteKey; paymentId: string; merchantId: string; amount: Cents };
type Outcome = { kind: 'done'; payment: Payment } | Refused;

/** Refunds of one payment that begin at once take turns; more than these give way. */
const maxTurns = 50;

/** Gives captured money back: reserves it on the payment first, then asks the bank, so that recovery can finish it. */
@Injectable()
export class RefundPayment {
  constructor(
    @Inject(Payments) private readonly payments: Payments,
    @Inject(Refunds) private readonly refunds: Refunds,
    @Inject(Clock) private readonly clock: Clock,
    private readonly settleRefund: SettleRefund,
  ) {}

  async execute({ write, ...wish }: RefundPaymentCommand): Promise<Outcome> {
    const refundId = derivedId('ref', write);
    const digest = fingerprint(['RefundPayment', wish]);
    for (let turn = 1; turn <= maxTurns; turn += 1) {
      const before = await this.refunds.find(refundId);
      if (before) return before.fingerprint === digest ? this.finish(before) : refused('idempotency_key_reused');
      const payment = await this.payments.find(wish.paymentId);
      if (payment?.merchantId !== wish.merchantId) return refused('payment_not_found');
      const decision = decideRefund(payment, wish.amount);
      if (decision.kind === 'refused') return decision;
      const refund: Made<Refund> = {
        refundId,
        paymentId: payment.paymentId,
        amount: decision.amount,
        status: 'pending',
        createdAt: this.clock.now(),
        effect: undefined,
        reason: '',
        fingerprint: digest,
      };
      const begun = await this.refunds.begin(refund, payment, withReservation(payment, decision.amount));
      if (begun) return this.finish(refund);
    }
    return refused('transaction_unavailable');
  }

  private async finish(refund: Refund): Promise<Outcome> {
    const settled = await this.settleRefund.execute(refund);
    if (settled.status === 'pending') return refused('transaction_unavailable');
    if (!settled.effect) return { ...refused('refund_refused'), cause: settled.reason };
    const payment = await this.payments.find(settled.paymentId);
    if (!payment) throw new Error(`refund ${settled.refundId} has no payment`);
    return { kind: 'done', payment: { ...payment, ...settled.effect } };
  }
}
