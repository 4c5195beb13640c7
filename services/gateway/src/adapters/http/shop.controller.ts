import { Body, Controller, Inject, Param, Query } from '@nestjs/common';
import { Shops, type Write } from '../../application/ports.ts';
import { present, Refused } from '../../application/refused.ts';
import type { Principal } from '../tokens/token-checker.ts';
import { AsWrite, Authenticated } from './caller.ts';
import { type PageQuery, pageOnly } from './fields.ts';
import { Route } from './route.ts';
import {
  type CreateProductBody,
  createProductBody,
  type MerchantAnswer,
  type MerchantPath,
  merchantAnswer,
  merchantPath,
  type ProductAnswer,
  productAnswer,
  productsAnswer,
  shopsAnswer,
  viewMerchant,
  viewProduct,
  viewShop,
} from './shop.schema.ts';
import { page } from './view.ts';

@Controller()
export class ShopController {
  constructor(@Inject(Shops) private readonly shops: Shops) {}

  @Route('GET', '/v1/merchants', {
    summary: 'List the shops, oldest first',
    tag: 'Shops',
    access: 'public',
    answers: { 200: { description: 'A page', schema: shopsAnswer } },
  })
  async list(@Query({ schema: pageOnly }) { limit, cursor }: PageQuery) {
    const answer = await this.shops.listMerchants({ pageSize: limit, pageToken: cursor });
    return page(answer.merchants.map(viewShop), answer.nextPageToken);
  }

  @Route('GET', '/v1/merchants/:merchantId', {
    summary: 'See the own shop’s record',
    tag: 'Shops',
    access: ['merchant:read', 'merchants:write'],
    answers: { 200: { description: 'The merchant', schema: merchantAnswer } },
  })
  async get(
    @Authenticated() principal: Principal,
    @Param({ schema: merchantPath }) { merchantId }: MerchantPath,
  ): Promise<MerchantAnswer> {
    if (!principal.scopes.has('merchants:write')) ownShop(principal, merchantId);
    return viewMerchant(present((await this.shops.getMerchant({ merchantId })).merchant, 'the merchant'));
  }

  @Route('GET', '/v1/merchants/:merchantId/products', {
    summary: 'List a shop’s products, by SKU',
    tag: 'Shops',
    access: 'public',
    answers: { 200: { description: 'A page', schema: productsAnswer } },
  })
  async products(
    @Param({ schema: merchantPath }) { merchantId }: MerchantPath,
    @Query({ schema: pageOnly }) { limit, cursor }: PageQuery,
  ) {
    const answer = await this.shops.listProducts({ merchantId, pageSize: limit, pageToken: cursor });
    return page(answer.products.map(viewProduct), answer.nextPageToken);
  }

  @Route('POST', '/v1/merchants/:merchantId/products', {
    summary: 'Add a product to the own shop',
    tag: 'Shops',
    access: ['products:write'],
    answers: { 201: { description: 'Added', schema: productAnswer } },
    problems: { 409: 'sku_taken' },
  })
  async addProduct(
    @Authenticated() principal: Principal,
    @AsWrite() write: Write,
    @Param({ schema: merchantPath }) { merchantId }: MerchantPath,
    @Body({ schema: createProductBody }) { sku, name, price }: CreateProductBody,
  ): Promise<ProductAnswer> {
    ownShop(principal, merchantId);
    const { product } = await this.shops.createProduct({ ...write, merchantId, sku, name, priceCents: price });
    return viewProduct(present(product, 'the product'));
  }
}

/** Another merchant's shop is answered like one that does not exist. */
export function ownShop(principal: Principal, merchantId: string): void {
  if (principal.merchantId !== merchantId) throw new Refused('merchant_not_found');
}
