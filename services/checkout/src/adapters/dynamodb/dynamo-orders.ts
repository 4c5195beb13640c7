import { toItem } from '@ipe/dynamodb/item';
import { cents } from '@ipe/money/cents';
import type { Creation, Made, Orders, Page, PageRequest } from '../../application/ports.ts';
import type { Order } from '../../domain/order.ts';
import type { CheckoutTable } from './checkout-table.ts';
import { type Codec, Records } from './records.ts';

type LineRow = { productId: string; name: string; price: bigint; quantity: bigint };
type Row = Omit<Made<Order>, 'total' | 'lines' | 'createdAt'> & {
  total: bigint;
  lines: LineRow[];
  createdAt: string;
};

const ordersOf = (customerId: string): string => `orders#${customerId}`;

const codec: Codec<Order, Row> = {
  encode: (order) => {
    const createdAt = order.createdAt.toISOString();
    const { orderId, customerId } = order;
    const keys = {
      pk: `order#${orderId}`,
      sk: 'order',
      listpk: ordersOf(customerId),
      listsk: `${createdAt}#${orderId}`,
    };
    return toItem({ ...order, lines: [...order.lines], ...keys, createdAt });
  },
  decode: ({ orderId, customerId, merchantId, currency, status, paymentId, fingerprint, ...row }) => ({
    orderId,
    customerId,
    merchantId,
    lines: row.lines.map(({ productId, name, price, quantity }) => ({
      productId,
      name,
      price: cents(price),
      quantity: Number(quantity),
    })),
    total: cents(row.total),
    currency,
    status,
    paymentId,
    createdAt: new Date(row.createdAt),
    fingerprint,
  }),
};

export class DynamoOrders implements Orders {
  private readonly records: Records<Order, Row>;

  constructor(table: CheckoutTable) {
    this.records = new Records(table, 'order', codec);
  }

  create(order: Made<Order>): Promise<Creation<Order>> {
    return this.records.create(order);
  }

  find(orderId: string): Promise<Made<Order> | undefined> {
    return this.records.find(orderId);
  }

  list(customerId: string, page: PageRequest): Promise<Page<Order>> {
    return this.records.list('list', ordersOf(customerId), page, true);
  }
}
