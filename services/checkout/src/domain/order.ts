import { type Cents, cents } from '@ipe/money/cents';
import { type Refused, refused, type Violation } from './refusal.ts';
import type { Product } from './shop.ts';

export type OrderStatus = 'created' | 'paying' | 'paid' | 'refunded';

/** A line at the price and under the name of the moment it was ordered. */
export type OrderLine = { productId: string; name: string; price: Cents; quantity: number };

/** paymentId: the payment that paid it, or the last one tried. */
export type Order = {
  orderId: string;
  customerId: string;
  merchantId: string;
  lines: readonly OrderLine[];
  total: Cents;
  currency: string;
  status: OrderStatus;
  paymentId: string | undefined;
  createdAt: Date;
};

export type WishedLine = { productId: string; quantity: number };

export type PricedLines = { kind: 'priced'; lines: OrderLine[]; total: Cents };

/** The most that the bank core moves at once. */
export const maxTotal = cents(9_999_999_999_999n);

/** Fixes wished lines at the products' present prices. A product of another shop is as unknown as one that is not there. */
export function priceLines(
  merchantId: string,
  wished: readonly WishedLine[],
  products: ReadonlyMap<string, Product>,
): PricedLines | Refused {
  const lines: OrderLine[] = [];
  const violations: Violation[] = [];
  let total = 0n;
  for (const [place, { productId, quantity }] of wished.entries()) {
    const product = products.get(productId);
    if (product?.merchantId !== merchantId) {
      violations.push({ field: `items[${place}].product_id`, description: 'must be a product of this merchant' });
      continue;
    }
    lines.push({ productId, name: product.name, price: product.price, quantity });
    total += product.price * BigInt(quantity);
  }
  if (violations.length > 0) return refused('invalid_request', violations);
  if (total > maxTotal) {
    return refused('invalid_request', [{ field: 'items', description: `must total at most ${maxTotal} cents` }]);
  }
  return { kind: 'priced', lines, total: cents(total) };
}

/** Why an order cannot be paid now; undefined when it can. */
export function whyNotPayable(order: Order): 'order_already_paid' | 'order_payment_in_progress' | undefined {
  switch (order.status) {
    case 'created':
      return undefined;
    case 'paying':
      return 'order_payment_in_progress';
    case 'paid':
    case 'refunded':
      return 'order_already_paid';
  }
}
