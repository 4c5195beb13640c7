import { cents } from '@ipe/money/cents';
import { maxTotal, type Order, priceLines, whyNotPayable } from './order.ts';
import type { Product } from './shop.ts';

function shop(...prices: bigint[]): Map<string, Product> {
  return new Map(
    prices.map((price, place) => {
      const productId = `prd_${place}`;
      const product = {
        productId,
        merchantId: 'mer_1',
        sku: `${place}`,
        name: `Product ${place}`,
        price: cents(price),
      };
      return [productId, product];
    }),
  );
}

test('an order’s total is the exact sum of price times quantity', () => {
  const wished = [
    { productId: 'prd_0', quantity: 3 },
    { productId: 'prd_1', quantity: 1000 },
  ];
  expect(priceLines('mer_1', wished, shop(1_999n, 9_007_199_254n))).toEqual({
    kind: 'priced',
    total: 9_007_199_259_997n,
    lines: [
      { productId: 'prd_0', name: 'Product 0', price: 1_999n, quantity: 3 },
      { productId: 'prd_1', name: 'Product 1', price: 9_007_199_254n, quantity: 1000 },
    ],
  });
});

test('the largest total is accepted, one cent more is refused', () => {
  const wished = [{ productId: 'prd_0', quantity: 1 }];
  expect(priceLines('mer_1', wished, shop(maxTotal))).toMatchObject({ kind: 'priced', total: maxTotal });
  expect(priceLines('mer_1', wished, shop(maxTotal + 1n))).toMatchObject({
    kind: 'refused',
    refusal: 'invalid_request',
    violations: [{ field: 'items' }],
  });
});

test('fifty lines of the dearest product a thousand times each are refused, not wrapped around', () => {
  const wished = Array.from({ length: 50 }, (_, place) => ({ productId: `prd_${place}`, quantity: 1000 }));
  const products = shop(...Array.from({ length: 50 }, () => maxTotal));
  expect(priceLines('mer_1', wished, products)).toMatchObject({ kind: 'refused' });
});

test('every line with a product that is not of this shop is named', () => {
  const wished = [
    { productId: 'prd_0', quantity: 1 },
    { productId: 'prd_none', quantity: 1 },
    { productId: 'prd_also_none', quantity: 1 },
  ];
  expect(priceLines('mer_1', wished, shop(100n))).toMatchObject({
    violations: [{ field: 'items[1].product_id' }, { field: 'items[2].product_id' }],
  });
  expect(priceLines('mer_2', wished.slice(0, 1), shop(100n))).toMatchObject({
    violations: [{ field: 'items[0].product_id' }],
  });
});

test.each([
  ['created', undefined],
  ['paying', 'order_payment_in_progress'],
  ['paid', 'order_already_paid'],
  ['refunded', 'order_already_paid'],
] as const)('an order that is %s is answered with %s when somebody wants to pay it', (status, refusal) => {
  const order: Order = {
    orderId: 'ord_1',
    customerId: 'cus_1',
    merchantId: 'mer_1',
    lines: [],
    total: cents(1n),
    currency: 'BRL',
    status,
    paymentId: undefined,
    createdAt: new Date(0),
  };
  expect(whyNotPayable(order)).toBe(refusal);
});
