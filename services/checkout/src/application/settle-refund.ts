import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Payment } from '../domain/payment.ts';
import { type Refund, refundedPayment, withoutReservation } from '../domain/refund.ts';
import { BankCore, Clock, Payments, Refunds } from './ports.ts';

/** Refunds of one payment that end at once take turns. */
const maxTurns = 50;

/** Brings a refund to its end at the bank. Safe to call at the same time and again: its key at the bank is its id. */
@Injectable()
export class SettleRefund {
  private readonly logger = new Logger(SettleRefund.name);

  constructor(
    @Inject(Payments) private readonly payments: Payments,
    @Inject(Refunds) private readonly refunds: Refunds,
    @Inject(BankCore) private readonly bank: BankCore,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** Answers the refund, still pending when the bank cannot say. */
  async execute(refund: Refund): Promise<Refund> {
    if (refund.status !== 'pending') return refund;
    const { transactionId } = await this.paymentOf(refund);
    const answer = await this.bank.refund(transactionId, refund.amount, refund.refundId);
    if (answer.kind === 'answered') return this.end(refund, 'done', '');
    const reason = answer.kind === 'invalid' ? 'invalid_request' : answer.reason;
    this.logger.warn({ refundId: refund.refundId, answer: answer.kind, reason });
    return answer.kind === 'unknown' ? refund : this.end(refund, 'refused', reason);
  }

  private async end(refund: Refund, status: 'done' | 'refused', reason: string): Promise<Refund> {
    for (let turn = 1; turn <= maxTurns; turn += 1) {
      const payment = await this.paymentOf(refund);
      const after = this.paymentAfter(payment, refund, status);
      const { status: paymentStatus, refunded, updatedAt } = after;
      const effect = status === 'done' ? { status: paymentStatus, refunded, updatedAt } : undefined;
      const settled: Refund = { ...refund, status, effect, reason };
      if (await this.refunds.settle(settled, payment, after)) return settled;
      const present = await this.refunds.find(refund.refundId);
      if (present && present.status !== 'pending') return present;
    }
    return refund;
  }

  private paymentAfter(payment: Payment, refund: Refund, status: 'done' | 'refused'): Payment {
    if (status === 'done') return refundedPayment(payment, refund.amount, this.clock.now());
    return withoutReservation(payment, refund.amount);
  }

  private async paymentOf(refund: Refund): Promise<Payment> {
    const payment = await this.payments.find(refund.paymentId);
    if (!payment) throw new Error(`refund ${refund.refundId} has no payment`);
    return payment;
  }
}
