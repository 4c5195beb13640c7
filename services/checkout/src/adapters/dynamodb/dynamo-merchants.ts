import { toItem } from '@ipe/dynamodb/item';
import type { Creation, Made, Merchants, Page, PageRequest } from '../../application/ports.ts';
import type { Merchant } from '../../domain/shop.ts';
import type { CheckoutTable } from './checkout-table.ts';
import { type Codec, Records } from './records.ts';
import { Remembered } from './remembered.ts';

type Row = Omit<Made<Merchant>, 'createdAt'> & { createdAt: string };

const everyone = 'merchants';

const codec: Codec<Merchant, Row> = {
  encode: (merchant) => {
    const createdAt = merchant.createdAt.toISOString();
    const { merchantId } = merchant;
    const keys = {
      pk: `merchant#${merchantId}`,
      sk: 'merchant',
      listpk: everyone,
      listsk: `${createdAt}#${merchantId}`,
    };
    return toItem({ ...merchant, ...keys, createdAt });
  },
  decode: ({ merchantId, customerId, accountId, name, document, mcc, createdAt, fingerprint }) => ({
    merchantId,
    customerId,
    accountId,
    name,
    document,
    mcc,
    createdAt: new Date(createdAt),
    fingerprint,
  }),
};

export class DynamoMerchants implements Merchants {
  private readonly records: Records<Merchant, Row>;
  private readonly remembered = new Remembered<Made<Merchant>>();

  constructor(table: CheckoutTable) {
    this.records = new Records(table, 'merchant', codec);
  }

  create(merchant: Made<Merchant>): Promise<Creation<Merchant>> {
    return this.records.create(merchant);
  }

  async find(merchantId: string): Promise<Made<Merchant> | undefined> {
    const known = this.remembered.get(merchantId);
    if (known) return known;
    const found = await this.records.find(merchantId);
    if (found) this.remembered.put(merchantId, found);
    return found;
  }

  list(page: PageRequest): Promise<Page<Merchant>> {
    return this.records.list('list', everyone, page, false);
  }
}
