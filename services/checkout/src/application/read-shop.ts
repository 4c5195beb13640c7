import { Inject, Injectable } from '@nestjs/common';
import type { Merchant, Product } from '../domain/shop.ts';
import { Merchants, type Page, type PageRequest, Products } from './ports.ts';

@Injectable()
export class ReadShop {
  constructor(
    @Inject(Merchants) private readonly merchants: Merchants,
    @Inject(Products) private readonly products: Products,
  ) {}

  merchant(merchantId: string): Promise<Merchant | undefined> {
    return this.merchants.find(merchantId);
  }

  listMerchants(page: PageRequest): Promise<Page<Merchant>> {
    return this.merchants.list(page);
  }

  /** Undefined: no such merchant. */
  async listProducts(merchantId: string, page: PageRequest): Promise<Page<Product> | undefined> {
    const [merchant, products] = await Promise.all([
      this.merchants.find(merchantId),
      this.products.list(merchantId, page),
    ]);
    return merchant && products;
  }
}
