import type {
  CreateMerchantRequest,
  CreateMerchantResponse,
  CreateProductRequest,
  CreateProductResponse,
  GetMerchantRequest,
  GetMerchantResponse,
  ListMerchantsRequest,
  ListMerchantsResponse,
  ListProductsRequest,
  ListProductsResponse,
} from '@ipe/contracts/gen/bank/checkout/v1/checkout';
import { parseRequest } from '@ipe/service-kit/grpc-request';
import { notFound } from '@ipe/service-kit/refusal';
import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import { CreateMerchant } from '../../application/create-merchant.ts';
import { CreateProduct } from '../../application/create-product.ts';
import { ReadShop } from '../../application/read-shop.ts';
import { toMerchantMessage, toProductMessage } from './messages.ts';
import { toPageRequest, toPageToken } from './page.ts';
import { toGrpcRefusal } from './refusals.ts';
import {
  createMerchantSchema,
  createProductSchema,
  listMerchantsSchema,
  listProductsSchema,
  merchantSchema,
} from './requests.ts';

@Controller()
export class ShopController {
  constructor(
    private readonly createMerchantCase: CreateMerchant,
    private readonly createProductCase: CreateProduct,
    private readonly readShop: ReadShop,
  ) {}

  @GrpcMethod('CheckoutService', 'CreateMerchant')
  async createMerchant(request: CreateMerchantRequest): Promise<CreateMerchantResponse> {
    const { caller, idempotencyKey: key, ...content } = parseRequest(createMerchantSchema, request);
    const outcome = await this.createMerchantCase.execute({ write: { caller, key }, ...content });
    if (outcome.kind === 'refused') throw toGrpcRefusal(outcome);
    return { merchant: toMerchantMessage(outcome.merchant) };
  }

  @GrpcMethod('CheckoutService', 'GetMerchant')
  async getMerchant(request: GetMerchantRequest): Promise<GetMerchantResponse> {
    const { merchantId } = parseRequest(merchantSchema, request);
    const merchant = await this.readShop.merchant(merchantId);
    if (!merchant) throw notFound('merchant');
    return { merchant: toMerchantMessage(merchant) };
  }

  @GrpcMethod('CheckoutService', 'ListMerchants')
  async listMerchants(request: ListMerchantsRequest): Promise<ListMerchantsResponse> {
    const { items, next } = await this.readShop.listMerchants(
      toPageRequest(parseRequest(listMerchantsSchema, request)),
    );
    return { merchants: items.map(toMerchantMessage), nextPageToken: toPageToken(next) };
  }

  @GrpcMethod('CheckoutService', 'CreateProduct')
  async createProduct(request: CreateProductRequest): Promise<CreateProductResponse> {
    const { caller, idempotencyKey: key, priceCents: price, ...rest } = parseRequest(createProductSchema, request);
    const outcome = await this.createProductCase.execute({ write: { caller, key }, price, ...rest });
    if (outcome.kind === 'refused') throw toGrpcRefusal(outcome);
    return { product: toProductMessage(outcome.product) };
  }

  @GrpcMethod('CheckoutService', 'ListProducts')
  async listProducts(request: ListProductsRequest): Promise<ListProductsResponse> {
    const { merchantId, ...page } = parseRequest(listProductsSchema, request);
    const products = await this.readShop.listProducts(merchantId, toPageRequest(page));
    if (!products) throw notFound('merchant');
    return { products: products.items.map(toProductMessage), nextPageToken: toPageToken(products.next) };
  }
}
