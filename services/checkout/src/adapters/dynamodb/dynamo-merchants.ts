import { toItem } from '@ipe/dynamodb/item';
import type { Creation, Made, Merchants, Page, PageRequest } from '../../application/ports.ts';
import type { Merchant } from '../../domain/shop.ts';
import type { CheckoutTable } from './checkout-table.ts';
import { type Codec, Records } from './records.ts';

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

  constructor(table: CheckoutTable) {
    this.records = new Records(table, 'merchant', codec);
  }

  create(merchant: Made<Merchant>): Promise<Creation<Merchant>> {
    return this.records.create(merchant);
  }

  find(merchantId: string): Promise<Made<Merchant> | undefined> {
    return this.records.find(merchantId);
  }

  list(page: PageRequest): Promise<Page<Merchant>> {
    return this.records.list('list', everyone, page, false);
  }
}
