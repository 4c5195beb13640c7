import type { Merchant, Product } from '@ipe/contracts/gen/bank/checkout/v1/checkout';
import { z } from 'zod';
import * as field from './fields.ts';
import { money, timestamp } from './view.ts';

export const createMerchantBody = z
  .strictObject({
    name: field.text(2, 60, 'Livraria Ipê Amarelo'),
    document: field.text(14, 18, '12.ABC.345/01DE-35').meta({ description: 'CNPJ, with or without punctuation' }),
    email: z
      .email('must be an e-mail address')
      .max(254)
      .meta({ examples: ['contato@livraria.example'] }),
    mcc: z
      .string()
      .regex(/^\d{4}$/, 'must be four digits')
      .meta({ examples: ['5942'], description: 'Merchant category code, ISO 18245' }),
  })
  .meta({ id: 'CreateMerchant' });
export type CreateMerchantBody = z.output<typeof createMerchantBody>;

export const createProductBody = z
  .strictObject({
    sku: field.text(1, 40, 'livro'),
    name: field.text(1, 120, 'Grande Sertão: Veredas'),
    price: field.positiveMoney,
  })
  .meta({ id: 'CreateProduct' });
export type CreateProductBody = z.output<typeof createProductBody>;

export const merchantPath = field.pathId('merchantId');
export type MerchantPath = z.output<typeof merchantPath>;

/** What anybody may know of a shop. */
export const shopAnswer = z
  .object({
    merchantId: field.id('mer_7b'),
    name: z.string().meta({ examples: ['Livraria Ipê Amarelo'] }),
    document: z.string().meta({ examples: ['12ABC34501DE35'] }),
    mcc: z.string().meta({ examples: ['5942'] }),
    createdAt: field.at,
  })
  .meta({ id: 'Shop' });
export type ShopAnswer = z.output<typeof shopAnswer>;
export const shopsAnswer = field.pageOf(shopAnswer).meta({ id: 'Shops' });

/** What the merchant itself and operators may know. */
export const merchantAnswer = shopAnswer
  .extend({ customerId: field.id('cus_4kX9'), accountId: field.id('acc_8pZ3kQ') })
  .meta({ id: 'Merchant' });
export type MerchantAnswer = z.output<typeof merchantAnswer>;

export const credentialsAnswer = z
  .object({ clientId: z.string(), clientSecret: z.string() })
  .meta({ id: 'ClientCredentials' });
export type CredentialsAnswer = z.output<typeof credentialsAnswer>;

export const productAnswer = z
  .object({
    productId: field.id('prd_3d'),
    merchantId: field.id('mer_7b'),
    sku: z.string().meta({ examples: ['livro'] }),
    name: z.string().meta({ examples: ['Grande Sertão: Veredas'] }),
    price: field.amount,
  })
  .meta({ id: 'Product' });
export type ProductAnswer = z.output<typeof productAnswer>;
export const productsAnswer = field.pageOf(productAnswer).meta({ id: 'Products' });

export function viewShop({ merchantId, name, document, mcc, createdAt }: Merchant): ShopAnswer {
  return { merchantId, name, document, mcc, createdAt: timestamp(createdAt) };
}

export function viewMerchant(merchant: Merchant): MerchantAnswer {
  const { customerId, accountId } = merchant;
  return { ...viewShop(merchant), customerId, accountId };
}

export function viewProduct({ productId, merchantId, sku, name, priceCents }: Product): ProductAnswer {
  return { productId, merchantId, sku, name, price: money(priceCents) };
}
