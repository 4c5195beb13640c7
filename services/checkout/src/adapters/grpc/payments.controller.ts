import type { Metadata, ServerUnaryCall } from '@grpc/grpc-js';
import type {
  GetPaymentRequest,
  GetPaymentResponse,
  ListPaymentsRequest,
  ListPaymentsResponse,
  PayOrderRequest,
  PayOrderResponse,
  RefundPaymentRequest,
  RefundPaymentResponse,
} from '@ipe/contracts/gen/bank/checkout/v1/checkout';
import { parseRequest } from '@ipe/service-kit/grpc-request';
import { notFound } from '@ipe/service-kit/refusal';
import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import { PayOrder } from '../../application/pay-order.ts';
import { ReadPayments } from '../../application/read-payments.ts';
import { RefundPayment } from '../../application/refund-payment.ts';
import { AnswerWithin } from './answer-by.ts';
import { toPaymentMessage } from './messages.ts';
import { toPageRequest, toPageToken } from './page.ts';
import { toGrpcRefusal } from './refusals.ts';
import { listPaymentsSchema, paymentSchema, payOrderSchema, refundPaymentSchema } from './requests.ts';

@Controller()
export class PaymentsController {
  constructor(
    private readonly payOrderCase: PayOrder,
    private readonly refundPaymentCase: RefundPayment,
    private readonly readPayments: ReadPayments,
    private readonly answerWithin: AnswerWithin,
  ) {}

  @GrpcMethod('CheckoutService', 'PayOrder')
  async payOrder(
    request: PayOrderRequest,
    _metadata: Metadata,
    call: ServerUnaryCall<PayOrderRequest, PayOrderResponse>,
  ): Promise<PayOrderResponse> {
    const answerBy = this.answerWithin.by(call.getDeadline());
    const { caller, idempotencyKey: key, ...wish } = parseRequest(payOrderSchema, request);
    const outcome = await this.payOrderCase.execute({ write: { caller, key }, answerBy, ...wish });
    if (outcome.kind === 'refused') throw toGrpcRefusal(outcome);
    return { payment: toPaymentMessage(outcome.payment) };
  }

  @GrpcMethod('CheckoutService', 'GetPayment')
  async getPayment(request: GetPaymentRequest): Promise<GetPaymentResponse> {
    const { paymentId, ...reader } = parseRequest(paymentSchema, request);
    const payment = await this.readPayments.payment(paymentId, reader);
    if (!payment) throw notFound('payment');
    return { payment: toPaymentMessage(payment) };
  }

  @GrpcMethod('CheckoutService', 'ListPayments')
  async listPayments(request: ListPaymentsRequest): Promise<ListPaymentsResponse> {
    const { merchantId, status, ...page } = parseRequest(listPaymentsSchema, request);
    const { items, next } = await this.readPayments.list(merchantId, status, toPageRequest(page));
    return { payments: items.map(toPaymentMessage), nextPageToken: toPageToken(next) };
  }

  @GrpcMethod('CheckoutService', 'RefundPayment')
  async refundPayment(request: RefundPaymentRequest): Promise<RefundPaymentResponse> {
    const { caller, idempotencyKey: key, amountCents: amount, ...wish } = parseRequest(refundPaymentSchema, request);
    const outcome = await this.refundPaymentCase.execute({ write: { caller, key }, amount, ...wish });
    if (outcome.kind === 'refused') throw toGrpcRefusal(outcome);
    return { payment: toPaymentMessage(outcome.payment) };
  }
}
