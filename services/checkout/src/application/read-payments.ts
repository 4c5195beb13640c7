import { Inject, Injectable } from '@nestjs/common';
import type { Payment, PaymentStatus } from '../domain/payment.ts';
import { type Page, type PageRequest, Payments } from './ports.ts';
import { isAllowed, type Reader } from './reader.ts';

@Injectable()
export class ReadPayments {
  constructor(@Inject(Payments) private readonly payments: Payments) {}

  /** Undefined when there is none, and when it is somebody else's: existence is not told. */
  async payment(paymentId: string, reader: Reader): Promise<Payment | undefined> {
    const payment = await this.payments.find(paymentId);
    return payment && isAllowed(payment, reader) ? payment : undefined;
  }

  list(merchantId: string, status: PaymentStatus | undefined, page: PageRequest): Promise<Page<Payment>> {
    return this.payments.list(merchantId, status, page);
  }
}
