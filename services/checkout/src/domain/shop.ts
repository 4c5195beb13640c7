import type { Cents } from '@ipe/money/cents';

/** A company that sells. `document`: CNPJ without punctuation; `mcc`: ISO 18245, four digits. */
export type Merchant = {
  merchantId: string;
  customerId: string;
  accountId: string;
  name: string;
  document: string;
  mcc: string;
  createdAt: Date;
};

/** What a merchant sells. `sku`: the merchant's own code, unique in its shop. */
export type Product = {
  productId: string;
  merchantId: string;
  sku: string;
  name: string;
  price: Cents;
};
