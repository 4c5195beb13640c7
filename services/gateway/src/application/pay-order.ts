import type { CardCredentials, Payment } from '@ipe/contracts/gen/bank/checkout/v1/checkout';
import type { Shops, Write } from './ports.ts';
import { present, Refused } from './refused.ts';

export type PaymentForm = { card: CardCredentials; installments: number; amountCents: bigint | undefined };

/** Pays an order. A decline is an answer; a payment whose end is not known yet is one too. */
export class PayOrder {
  constructor(
    private readonly shops: Shops,
    private readonly deadlineMs: number,
  ) {}

  /** Refused as `amount_mismatch` when the payer names another amount than the order's total. */
  async run(write: Write, order: { orderId: string; customerId: string }, form: PaymentForm): Promise<Payment> {
    if (form.amountCents !== undefined) {
      const found = await this.shops.getOrder({ ...order, merchantId: '' });
      if (present(found.order, 'the order').totalCents !== form.amountCents) throw new Refused('amount_mismatch');
    }
    const { card, installments } = form;
    const paid = await this.shops.payOrder({ ...write, ...order, card, installments }, { deadlineMs: this.deadlineMs });
    return present(paid.payment, 'the payment');
  }
}
