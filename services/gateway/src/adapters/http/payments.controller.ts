import { type Payment, PaymentStatus } from '@ipe/contracts/gen/bank/checkout/v1/checkout';
import { problem } from '@ipe/service-kit/problem';
import { ProblemException } from '@ipe/service-kit/problem.filter';
import { Body, Controller, Inject, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { PayOrder } from '../../application/pay-order.ts';
import { Shops, type Write } from '../../application/ports.ts';
import { present } from '../../application/refused.ts';
import type { Principal } from '../tokens/token-checker.ts';
import { AsWrite, Authenticated, CustomerId } from './caller.ts';
import {
  type OrderPath,
  orderPath,
  type PaymentAnswer,
  type PaymentPath,
  type PaymentsQuery,
  type PayOrderBody,
  paymentAnswer,
  paymentPath,
  paymentStatuses,
  paymentsAnswer,
  paymentsQuery,
  payOrderBody,
  type RefundBody,
  refundBody,
  viewPayment,
} from './order.schema.ts';
import { partyOf } from './orders.controller.ts';
import { refuse } from './problems.ts';
import { Route } from './route.ts';
import { ownShop } from './shop.controller.ts';
import { type MerchantPath, merchantPath } from './shop.schema.ts';
import { page } from './view.ts';

const declines =
  'the bank declined: insufficient_limit (51), unknown_card (14), expired_card (54), wrong_cvv (N7), card_locked (62), ' +
  'card_blocked (62), card_lost (41), card_stolen (43), card_cancelled (57), account_closed (46), account_frozen (62), ' +
  'card_state_unknown (91); `code` is the reason, `responseCode` the ABECS / ISO 8583 one';

@Controller()
export class PaymentsController {
  constructor(
    private readonly payOrder: PayOrder,
    @Inject(Shops) private readonly shops: Shops,
  ) {}

  @Route('POST', '/v1/orders/:orderId/payments', {
    summary: 'Pay an order by card',
    tag: 'Payments',
    access: ['orders:write'],
    answers: {
      201: { description: 'Paid', schema: paymentAnswer },
      202: {
        description: 'The bank’s answer is not known yet; see the payment for it',
        schema: paymentAnswer,
        headers: { Location: 'The payment' },
      },
    },
    problems: {
      402: declines,
      409: 'order_already_paid, order_payment_in_progress',
      422: 'amount_mismatch',
      502: 'payment_failed: the bank was not reached, nothing was charged',
    },
  })
  async pay(
    @CustomerId() customerId: string,
    @AsWrite() write: Write,
    @Param({ schema: orderPath }) { orderId }: OrderPath,
    @Body({ schema: payOrderBody }) { card, installments, amount }: PayOrderBody,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PaymentAnswer> {
    const form = { card, installments, amountCents: amount };
    const payment = await this.payOrder.run(write, { orderId, customerId }, form);
    const { status } = payment;
    if (status === PaymentStatus.PAYMENT_STATUS_DECLINED) throw declined(payment);
    if (status === PaymentStatus.PAYMENT_STATUS_FAILED) throw refuse('payment_failed', idsOf(payment));
    const unsettled = [PaymentStatus.PAYMENT_STATUS_PENDING, PaymentStatus.PAYMENT_STATUS_AUTHORIZED].includes(status);
    if (unsettled) reply.status(202).header('location', `/v1/payments/${payment.paymentId}`);
    return viewPayment(payment);
  }

  @Route('GET', '/v1/payments/:paymentId', {
    summary: 'See a payment: the own one, or one at the own shop',
    tag: 'Payments',
    access: ['orders:read', 'payments:read'],
    answers: { 200: { description: 'The payment', schema: paymentAnswer } },
  })
  async get(
    @Authenticated() principal: Principal,
    @Param({ schema: paymentPath }) { paymentId }: PaymentPath,
  ): Promise<PaymentAnswer> {
    const { payment } = await this.shops.getPayment({ paymentId, ...partyOf(principal) });
    return viewPayment(present(payment, 'the payment'));
  }

  @Route('GET', '/v1/merchants/:merchantId/payments', {
    summary: 'List the own shop’s payments, newest first',
    tag: 'Payments',
    access: ['payments:read'],
    answers: { 200: { description: 'A page', schema: paymentsAnswer } },
  })
  async list(
    @Authenticated() principal: Principal,
    @Param({ schema: merchantPath }) { merchantId }: MerchantPath,
    @Query({ schema: paymentsQuery }) { limit, cursor, status }: PaymentsQuery,
  ) {
    ownShop(principal, merchantId);
    const answer = await this.shops.listPayments({
      merchantId,
      pageSize: limit,
      pageToken: cursor,
      status: status ? paymentStatuses.toNumber(status) : PaymentStatus.PAYMENT_STATUS_UNSPECIFIED,
    });
    return page(answer.payments.map(viewPayment), answer.nextPageToken);
  }

  @Route('POST', '/v1/payments/:paymentId/refunds', {
    summary: 'Give money back, in part or whole',
    tag: 'Payments',
    access: ['refunds:write'],
    answers: { 201: { description: 'The payment after it', schema: paymentAnswer } },
    problems: { 409: 'payment_not_refundable', 422: 'refund_above_captured' },
  })
  async refund(
    @Authenticated() { merchantId }: Principal,
    @AsWrite() write: Write,
    @Param({ schema: paymentPath }) { paymentId }: PaymentPath,
    @Body({ schema: refundBody }) { amount }: RefundBody,
  ): Promise<PaymentAnswer> {
    if (!merchantId)
      throw refuse('insufficient_scope', { detail: "a refund needs the token of the payment's merchant" });
    const request = { ...write, paymentId, merchantId, amountCents: amount ?? 0n };
    return viewPayment(present((await this.shops.refundPayment(request)).payment, 'the payment'));
  }
}

/** The decline's own code for programs; the shop's terminal knows the response code. */
function declined(payment: Payment): ProblemException {
  const { declineReason, responseCode } = payment;
  const detail = `the bank declined the payment: ${declineReason.replaceAll('_', ' ')}`;
  return new ProblemException(
    problem(402, declineReason, 'Payment declined', { detail, responseCode, ...idsOf(payment) }),
  );
}

function idsOf({ paymentId, orderId, transactionId }: Payment) {
  return { paymentId, orderId, ...(transactionId ? { transactionId } : {}) };
}
