import { Inject, Injectable } from '@nestjs/common';
import type { Order } from '../domain/order.ts';
import { Orders, type Page, type PageRequest } from './ports.ts';
import { isAllowed, type Reader } from './reader.ts';

@Injectable()
export class ReadOrders {
  constructor(@Inject(Orders) private readonly orders: Orders) {}

  /** Undefined when there is none, and when it is somebody else's: existence is not told. */
  async order(orderId: string, reader: Reader): Promise<Order | undefined> {
    const order = await this.orders.find(orderId);
    return order && isAllowed(order, reader) ? order : undefined;
  }

  list(customerId: string, page: PageRequest): Promise<Page<Order>> {
    return this.orders.list(customerId, page);
  }
}
