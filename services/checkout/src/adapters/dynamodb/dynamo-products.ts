import { batchGet } from '@ipe/dynamodb/batches';
import { fromItem, toItem } from '@ipe/dynamodb/item';
import { cents } from '@ipe/money/cents';
import type { Creation, Made, Page, PageRequest, Products } from '../../application/ports.ts';
import type { Product } from '../../domain/shop.ts';
import type { CheckoutTable } from './checkout-table.ts';
import { type Codec, keyOf, Records } from './records.ts';
import { Remembered } from './remembered.ts';
import { transact } from './transact.ts';

type Row = Omit<Made<Product>, 'price'> & { price: bigint };

const shopOf = (merchantId: string): string => `products#${merchantId}`;

const codec: Codec<Product, Row> = {
  encode: (product) => {
    const keys = { pk: `product#${product.productId}`, sk: 'product', listpk: shopOf(product.merchantId) };
    return toItem({ ...product, ...keys, listsk: product.sku });
  },
  decode: ({ productId, merchantId, sku, name, price, fingerprint }) => ({
    productId,
    merchantId,
    sku,
    name,
    price: cents(price),
    fingerprint,
  }),
};

export class DynamoProducts implements Products {
  private readonly records: Records<Product, Row>;
  private readonly remembered = new Remembered<Product>();

  constructor(private readonly table: CheckoutTable) {
    this.records = new Records(table, 'product', codec);
  }

  /** The product and the claim on its sku, both or neither. */
  async create(product: Made<Product>): Promise<Creation<Product> | { kind: 'sku_taken' }> {
    const TableName = this.table.name;
    const ConditionExpression = 'attribute_not_exists(pk)';
    const { productId, merchantId, sku } = product;
    const claim = toItem({ pk: `sku#${merchantId}#${sku}`, sk: 'sku', productId });
    const written = await transact(this.table.client, [
      { Put: { TableName, Item: codec.encode(product), ConditionExpression } },
      { Put: { TableName, Item: claim, ConditionExpression } },
    ]);
    if (written) return { kind: 'created' };
    const made = await this.records.find(productId);
    return made ? { kind: 'exists', made } : { kind: 'sku_taken' };
  }

  async find(productIds: readonly string[]): Promise<ReadonlyMap<string, Product>> {
    const found = new Map<string, Product>();
    for (const productId of productIds) {
      const known = this.remembered.get(productId);
      if (known) found.set(productId, known);
    }
    for (const product of await this.read(productIds.filter((productId) => !found.has(productId)))) {
      this.remembered.put(product.productId, product);
      found.set(product.productId, product);
    }
    return found;
  }

  list(merchantId: string, page: PageRequest): Promise<Page<Product>> {
    return this.records.list('list', shopOf(merchantId), page, false);
  }

  private async read(productIds: readonly string[]): Promise<Product[]> {
    const keys = productIds.map((productId) => keyOf('product', productId));
    const items = await batchGet(this.table.client, this.table.name, keys);
    return items.map((item) => codec.decode(fromItem<Row>(item)));
  }
}
