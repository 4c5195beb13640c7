import { Body, Controller, Inject, Param, Query } from '@nestjs/common';
import { Shops, type Write } from '../../application/ports.ts';
import { present } from '../../application/refused.ts';
import type { Principal } from '../tokens/token-checker.ts';
import { AsWrite, Authenticated, CustomerId } from './caller.ts';
import { type PageQuery, pageOnly } from './fields.ts';
import {
  type CreateOrderBody,
  createOrderBody,
  type OrderAnswer,
  type OrderPath,
  orderAnswer,
  orderPath,
  ordersAnswer,
  viewOrder,
} from './order.schema.ts';
import { refuse } from './problems.ts';
import { Route } from './route.ts';
import { page } from './view.ts';

@Controller()
export class OrdersController {
  constructor(@Inject(Shops) private readonly shops: Shops) {}

  @Route('POST', '/v1/orders', {
    summary: 'Order at a shop, at today’s prices',
    tag: 'Orders',
    access: ['orders:write'],
    answers: { 201: { description: 'Ordered', schema: orderAnswer } },
  })
  async create(
    @CustomerId() customerId: string,
    @AsWrite() write: Write,
    @Body({ schema: createOrderBody }) body: CreateOrderBody,
  ): Promise<OrderAnswer> {
    return viewOrder(present((await this.shops.createOrder({ ...write, ...body, customerId })).order, 'the order'));
  }

  @Route('GET', '/v1/orders', {
    summary: 'List own orders, newest first',
    tag: 'Orders',
    access: ['orders:read'],
    answers: { 200: { description: 'A page', schema: ordersAnswer } },
  })
  async list(@CustomerId() customerId: string, @Query({ schema: pageOnly }) { limit, cursor }: PageQuery) {
    const answer = await this.shops.listOrders({ customerId, pageSize: limit, pageToken: cursor });
    return page(answer.orders.map(viewOrder), answer.nextPageToken);
  }

  @Route('GET', '/v1/orders/:orderId', {
    summary: 'See an order: the own one, or one at the own shop',
    tag: 'Orders',
    access: ['orders:read'],
    answers: { 200: { description: 'The order', schema: orderAnswer } },
  })
  async get(
    @Authenticated() principal: Principal,
    @Param({ schema: orderPath }) { orderId }: OrderPath,
  ): Promise<OrderAnswer> {
    return viewOrder(present((await this.shops.getOrder({ orderId, ...partyOf(principal) })).order, 'the order'));
  }
}

/** Whose an order or a payment must be: the customer's, or the merchant's. Nobody else sees any. */
export function partyOf({ kind, id, merchantId }: Principal): { customerId: string; merchantId: string } {
  if (kind === 'customer') return { customerId: id, merchantId: '' };
  if (kind === 'merchant' && merchantId) return { customerId: '', merchantId };
  throw refuse('customers_only');
}
