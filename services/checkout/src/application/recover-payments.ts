import { Inject, Injectable, Logger } from '@nestjs/common';
import { Clock, PaymentMetrics, Payments, type RecoveryOutcome, Refunds, Unsettled } from './ports.ts';
import { SettlePayment } from './settle-payment.ts';
import { SettleRefund } from './settle-refund.ts';

/** When the bank cannot say what became of so many one after another, the others would only wait for as many deadlines. */
const enoughLeft = 3;

/**
 * Finishes what a crash, or a bank out of reach, has left: payments and refunds that were asked for a while ago and have
 * not ended. Several replicas may run it at once: each end is written by one of them.
 */
@Injectable()
export class RecoverPayments {
  private readonly logger = new Logger(RecoverPayments.name);

  constructor(
    @Inject(Payments) private readonly payments: Payments,
    @Inject(Refunds) private readonly refunds: Refunds,
    @Inject(Unsettled) private readonly unsettled: Unsettled,
    @Inject(PaymentMetrics) private readonly metrics: PaymentMetrics,
    @Inject(Clock) private readonly clock: Clock,
    private readonly settlePayment: SettlePayment,
    private readonly settleRefund: SettleRefund,
  ) {}

  /** afterMs: younger ones are left to the request that is at work on them. */
  async execute(afterMs: number): Promise<void> {
    const before = new Date(this.clock.now().getTime() - afterMs);
    await this.run('payment', before, (id) => this.recoverPayment(id));
    await this.run('refund', before, (id) => this.recoverRefund(id));
    this.metrics.unsettled(await this.unsettled.countPayments());
  }

  private async run(
    kind: 'payment' | 'refund',
    before: Date,
    recover: (id: string) => Promise<RecoveryOutcome | undefined>,
  ): Promise<void> {
    const lanes = await this.unsettled.oldest(kind, before);
    await Promise.all(
      lanes.map(async (ids) => {
        let leftInARow = 0;
        for (const id of ids) {
          const outcome = await this.attempt(id, recover);
          if (outcome) this.metrics.recovered(outcome);
          leftInARow = outcome === 'left' ? leftInARow + 1 : 0;
          if (leftInARow === enoughLeft) return;
        }
      }),
    );
  }

  /** One that cannot be recovered never keeps the others from it. */
  private async attempt(
    id: string,
    recover: (id: string) => Promise<RecoveryOutcome | undefined>,
  ): Promise<RecoveryOutcome | undefined> {
    try {
      return await recover(id);
    } catch (error) {
      this.logger.error(error, `recovery of ${id} failed`);
      return undefined;
    }
  }

  /** Undefined when it has ended meanwhile: the index may be behind. */
  private async recoverPayment(paymentId: string): Promise<RecoveryOutcome | undefined> {
    const payment = await this.payments.find(paymentId);
    if (!payment || payment.settled) return undefined;
    const { settled } = await this.settlePayment.execute(payment);
    return settled?.status ?? 'left';
  }

  private async recoverRefund(refundId: string): Promise<RecoveryOutcome | undefined> {
    const refund = await this.refunds.find(refundId);
    if (refund?.status !== 'pending') return undefined;
    const { status } = await this.settleRefund.execute(refund);
    return status === 'pending' ? 'left' : `refund_${status}`;
  }
}
