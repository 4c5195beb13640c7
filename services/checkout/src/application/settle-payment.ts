import { Inject, Injectable, Logger } from '@nestjs/common';
import { type BankTransaction, judge } from '../domain/bank-transaction.ts';
import { authorizedPayment, type Payment, type Settlement, settledPayment } from '../domain/payment.ts';
import { BankCore, Clock, PaymentMetrics, Payments } from './ports.ts';

/** captureKey follows from the payment's id, as the authorisation's does: whoever finishes it captures once. */
const captureKey = (payment: Payment): string => `${payment.paymentId}:capture`;

/** The key that a payment's authorisation is asked under. */
export const authorizationKey = (paymentId: string): string => paymentId;

/**
 * Brings a payment to its end by what the bank says. Used by the request itself and by recovery, at the same time if
 * need be: the bank's answers are idempotent, and only one of them writes the end.
 */
@Injectable()
export class SettlePayment {
  private readonly logger = new Logger(SettlePayment.name);

  constructor(
    @Inject(Payments) private readonly payments: Payments,
    @Inject(BankCore) private readonly bank: BankCore,
    @Inject(PaymentMetrics) private readonly metrics: PaymentMetrics,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** word: what the bank has just told; absent: it is asked. Answers the payment, unsettled when the bank cannot say. */
  async execute(payment: Payment, word?: BankTransaction): Promise<Payment> {
    const transaction = word ?? (await this.ask(payment));
    if (!transaction) return payment;
    if (transaction === 'never_arrived') {
      return this.end(payment, { status: 'failed', transactionId: '', reason: 'bank_unreachable', violations: [] });
    }
    const verdict = judge(transaction);
    return verdict.next === 'settle' ? this.end(payment, verdict.settlement) : this.capture(payment, transaction);
  }

  /** Writes a payment's end, unless somebody else did meanwhile; answers the payment as it is then. */
  async end(payment: Payment, settlement: Settlement): Promise<Payment> {
    const settled = settledPayment(payment, settlement, this.clock.now());
    if (await this.payments.settle(settled)) {
      this.metrics.settled(settled);
      return settled;
    }
    return (await this.payments.find(payment.paymentId)) ?? payment;
  }

  /** An authorisation that the bank does not know is cancelled, so that one still under way is declined. */
  private async ask(payment: Payment): Promise<BankTransaction | 'never_arrived' | undefined> {
    const found = await this.bank.find(authorizationKey(payment.paymentId));
    if (found.kind === 'answered') return found.transaction;
    if (found.kind === 'none') return this.cancel(payment);
    this.tell(payment, 'find', found);
    return undefined;
  }

  private async cancel(payment: Payment): Promise<BankTransaction | 'never_arrived' | undefined> {
    const cancelled = await this.bank.cancel(authorizationKey(payment.paymentId));
    if (cancelled.kind === 'answered') return cancelled.transaction;
    if (cancelled.kind === 'none') return 'never_arrived';
    this.tell(payment, 'cancel', cancelled);
    return undefined;
  }

  private async capture(payment: Payment, hold: BankTransaction): Promise<Payment> {
    const captured = await this.bank.capture(hold.transactionId, captureKey(payment));
    if (captured.kind === 'answered') {
      const verdict = judge(captured.transaction);
      if (verdict.next === 'settle') return this.end(payment, verdict.settlement);
    } else {
      this.tell(payment, 'capture', captured);
      if (captured.kind !== 'unknown') return this.giveUpHold(payment);
    }
    // Written only now: a capture that succeeds at once spares a write, and recovery asks the bank anyway.
    const authorized = authorizedPayment(payment, hold, this.clock.now());
    await this.payments.noteAuthorized(authorized);
    return authorized;
  }

  /** The bank refuses the capture: the hold is over already, or it must not stay. */
  private async giveUpHold(payment: Payment): Promise<Payment> {
    const transaction = await this.cancel(payment);
    if (!transaction || transaction === 'never_arrived') return payment;
    const verdict = judge(transaction);
    return verdict.next === 'settle' ? this.end(payment, verdict.settlement) : payment;
  }

  private tell(payment: Payment, step: string, answer: { kind: string; reason?: string }): void {
    this.logger.warn({ paymentId: payment.paymentId, step, answer: answer.kind, reason: answer.reason });
  }
}
