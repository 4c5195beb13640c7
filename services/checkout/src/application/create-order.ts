import { derivedId } from '@ipe/dynamodb/derived-id';
import { fingerprint } from '@ipe/dynamodb/fingerprint';
import { Inject, Injectable } from '@nestjs/common';
import { type Order, type PricedLines, priceLines, type WishedLine } from '../domain/order.ts';
import { type Refused, refused } from '../domain/refusal.ts';
import { Clock, type Made, Merchants, Orders, Products, type WriteKey } from './ports.ts';

export type CreateOrderCommand = {
  write: WriteKey;
  customerId: string;
  merchantId: string;
  lines: readonly WishedLine[];
};

/** Fixes what a customer buys, at the prices of this moment. */
@Injectable()
export class CreateOrder {
  constructor(
    @Inject(Orders) private readonly orders: Orders,
    @Inject(Merchants) private readonly merchants: Merchants,
    @Inject(Products) private readonly products: Products,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  async execute({ write, ...wish }: CreateOrderCommand): Promise<{ kind: 'done'; order: Order } | Refused> {
    const orderId = derivedId('ord', write);
    const digest = fingerprint(['CreateOrder', wish]);
    const priced = await this.price(wish);
    if (priced.kind === 'refused') {
      // The creation below tells a repeated key by itself; a refusal must first ask whether the key made an order.
      const before = await this.orders.find(orderId);
      return before ? repeated(before, digest) : priced;
    }
    const order: Made<Order> = {
      orderId,
      customerId: wish.customerId,
      merchantId: wish.merchantId,
      lines: priced.lines,
      total: priced.total,
      currency: 'BRL',
      status: 'created',
      paymentId: undefined,
      createdAt: this.clock.now(),
      fingerprint: digest,
    };
    const creation = await this.orders.create(order);
    return creation.kind === 'created' ? { kind: 'done', order } : repeated(creation.made, digest);
  }

  private async price({ merchantId, lines }: Omit<CreateOrderCommand, 'write'>): Promise<PricedLines | Refused> {
    const [merchant, products] = await Promise.all([
      this.merchants.find(merchantId),
      this.products.find(lines.map(({ productId }) => productId)),
    ]);
    return merchant ? priceLines(merchantId, lines, products) : refused('merchant_not_found');
  }
}

/** The first answer again: the order as it was made, whatever was paid since. */
function repeated(made: Made<Order>, digest: string): { kind: 'done'; order: Order } | Refused {
  if (made.fingerprint !== digest) return refused('idempotency_key_reused');
  return { kind: 'done', order: { ...made, status: 'created', paymentId: undefined } };
}
