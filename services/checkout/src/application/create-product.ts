import { derivedId } from '@ipe/dynamodb/derived-id';
import { fingerprint } from '@ipe/dynamodb/fingerprint';
import type { Cents } from '@ipe/money/cents';
import { Inject, Injectable } from '@nestjs/common';
import { type Refused, refused } from '../domain/refusal.ts';
import type { Product } from '../domain/shop.ts';
import { Merchants, Products, type WriteKey } from './ports.ts';

export type CreateProductCommand = { write: WriteKey; merchantId: string; sku: string; name: string; price: Cents };

/** Adds a product to a merchant's shop, where its sku is unique. */
@Injectable()
export class CreateProduct {
  constructor(
    @Inject(Merchants) private readonly merchants: Merchants,
    @Inject(Products) private readonly products: Products,
  ) {}

  async execute({ write, ...content }: CreateProductCommand): Promise<{ kind: 'done'; product: Product } | Refused> {
    if (!(await this.merchants.find(content.merchantId))) return refused('merchant_not_found');
    const digest = fingerprint(['CreateProduct', content]);
    const product = { productId: derivedId('prd', write), ...content, fingerprint: digest };
    const creation = await this.products.create(product);
    switch (creation.kind) {
      case 'created':
        return { kind: 'done', product };
      case 'exists':
        if (creation.made.fingerprint !== digest) return refused('idempotency_key_reused');
        return { kind: 'done', product: creation.made };
      case 'sku_taken':
        return refused('sku_taken');
    }
  }
}
