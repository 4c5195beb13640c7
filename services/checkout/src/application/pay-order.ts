import type { KeyObject } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { derivedId } from '@ipe/dynamodb/derived-id';
import { sealedFingerprint } from '@ipe/dynamodb/fingerprint';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { whyNotPayable } from '../domain/order.ts';
import { asAnswered, type Payment, pendingPayment } from '../domain/payment.ts';
import { type Refused, refused } from '../domain/refusal.ts';
import type { Merchant } from '../domain/shop.ts';
import {
  BankCore,
  type CardCredentials,
  Clock,
  FingerprintKey,
  type Made,
  Merchants,
  Orders,
  Payments,
  type WriteKey,
} from './ports.ts';
import { authorizationKey, SettlePayment } from './settle-payment.ts';
import { within } from './within.ts';

/** answerBy: when the caller must have an answer; a payment that is not settled by then is answered as pending. */
export type PayOrderCommand = {
  write: WriteKey;
  orderId: string;
  customerId: string;
  card: CardCredentials;
  installments: number;
  answerBy: Date;
};
export type PaymentOutcome = { kind: 'done'; payment: Payment } | Refused;

const firstPollMs = 20;
const slowestPollMs = 200;

/** Pays an order by card: a pending payment first, then the bank, so that recovery finishes what a crash leaves. */
@Injectable()
export class PayOrder {
  private readonly logger = new Logger(PayOrder.name);

  constructor(
    @Inject(Orders) private readonly orders: Orders,
    @Inject(Payments) private readonly payments: Payments,
    @Inject(Merchants) private readonly merchants: Merchants,
    @Inject(BankCore) private readonly bank: BankCore,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(FingerprintKey) private readonly fingerprintKey: KeyObject,
    private readonly settlePayment: SettlePayment,
  ) {}

  async execute(command: PayOrderCommand): Promise<PaymentOutcome> {
    const paymentId = derivedId('pay', command.write);
    const fingerprint = this.fingerprint(command);
    const order = await this.orders.find(command.orderId);
    if (order?.customerId !== command.customerId) {
      return (await this.repeated(paymentId, fingerprint, command.answerBy)) ?? refused('order_not_found');
    }
    const merchant = await this.merchants.find(order.merchantId);
    if (!merchant) throw new Error(`order ${order.orderId} has no merchant`);

    const payment = { ...pendingPayment(this.request(paymentId, command, order), this.clock.now()), fingerprint };
    const begun = whyNotPayable(order) === undefined && (await this.payments.begin(payment));
    if (!begun) return this.whyNotBegun(payment, command.answerBy);
    return this.answer(payment, this.charge(payment, merchant, command.card), command.answerBy);
  }

  private request(
    paymentId: string,
    { customerId, installments, card }: PayOrderCommand,
    {
      orderId,
      merchantId,
      total: amount,
      currency,
    }: { orderId: string; merchantId: string; total: Payment['amount']; currency: string },
  ) {
    return {
      paymentId,
      orderId,
      merchantId,
      customerId,
      amount,
      currency,
      installments,
      cardLastFour: card.number.slice(-4),
    };
  }

  /** Sealed, because a plain digest of a card number can be guessed. */
  private fingerprint({ orderId, customerId, card, installments }: PayOrderCommand): string {
    return sealedFingerprint(this.fingerprintKey, ['PayOrder', orderId, customerId, { ...card }, installments]);
  }

  /** The key has its payment already, or another payment has the order. */
  private async whyNotBegun(payment: Made<Payment>, answerBy: Date): Promise<PaymentOutcome> {
    const repeated = await this.repeated(payment.paymentId, payment.fingerprint, answerBy);
    if (repeated) return repeated;
    const order = await this.orders.find(payment.orderId);
    // Payable again by now: the other payment has just been declined, but it was under way when this one asked.
    return refused((order && whyNotPayable(order)) ?? 'order_payment_in_progress');
  }

  private async charge(payment: Payment, merchant: Merchant, card: CardCredentials): Promise<Payment> {
    const word = await this.bank.authorize({
      key: authorizationKey(payment.paymentId),
      card,
      merchant,
      amount: payment.amount,
      currency: payment.currency,
      installments: payment.installments,
      orderId: payment.orderId,
    });
    switch (word.kind) {
      case 'answered':
        return this.settlePayment.execute(payment, word.transaction);
      case 'invalid': {
        const { violations } = word;
        const reason = 'invalid_request';
        return this.settlePayment.end(payment, { status: 'failed', transactionId: '', reason, violations });
      }
      case 'refused':
        this.logger.warn({ paymentId: payment.paymentId, step: 'authorize', reason: word.reason });
        return this.settlePayment.execute(payment);
      case 'unknown':
        this.logger.warn({ paymentId: payment.paymentId, step: 'authorize', reason: word.reason });
        return payment;
    }
  }

  /** Whatever goes wrong from here on, the payment stands as pending and recovery finishes it. */
  private async answer(payment: Payment, charge: Promise<Payment>, answerBy: Date): Promise<PaymentOutcome> {
    const guarded = charge.catch((error: unknown) => {
      this.logger.error(error, `payment ${payment.paymentId} is left to recovery`);
      return payment;
    });
    const answered = await within(guarded, answerBy.getTime() - this.clock.now().getTime());
    return outcomeOf(answered === 'late' ? payment : answered);
  }

  /**
   * The first answer again; undefined when the key has made no payment. Asked only once a payment cannot begin: beginning
   * one demands that there is none.
   */
  private async repeated(paymentId: string, fingerprint: string, answerBy: Date): Promise<PaymentOutcome | undefined> {
    const found = await this.payments.find(paymentId);
    if (!found) return undefined;
    if (found.fingerprint !== fingerprint) return refused('idempotency_key_reused');
    let payment: Payment = found;
    for (let pauseMs = firstPollMs; !payment.settled; pauseMs = Math.min(pauseMs * 2, slowestPollMs)) {
      if (this.clock.now().getTime() + pauseMs >= answerBy.getTime()) break;
      await wait(pauseMs);
      payment = (await this.payments.find(payment.paymentId)) ?? payment;
    }
    return outcomeOf(payment);
  }
}

function outcomeOf(payment: Payment): PaymentOutcome {
  if (payment.violations.length > 0) return refused('invalid_request', payment.violations);
  return { kind: 'done', payment: asAnswered(payment) };
}
