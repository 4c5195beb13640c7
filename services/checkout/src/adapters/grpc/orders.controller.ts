import type {
  CreateOrderRequest,
  CreateOrderResponse,
  GetOrderRequest,
  GetOrderResponse,
  ListOrdersRequest,
  ListOrdersResponse,
} from '@ipe/contracts/gen/bank/checkout/v1/checkout';
import { parseRequest } from '@ipe/service-kit/grpc-request';
import { notFound } from '@ipe/service-kit/refusal';
import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import { CreateOrder } from '../../application/create-order.ts';
import { ReadOrders } from '../../application/read-orders.ts';
import { toOrderMessage } from './messages.ts';
import { toPageRequest, toPageToken } from './page.ts';
import { toGrpcRefusal } from './refusals.ts';
import { createOrderSchema, listOrdersSchema, orderSchema } from './requests.ts';

@Controller()
export class OrdersController {
  constructor(
    private readonly createOrderCase: CreateOrder,
    private readonly readOrders: ReadOrders,
  ) {}

  @GrpcMethod('CheckoutService', 'CreateOrder')
  async createOrder(request: CreateOrderRequest): Promise<CreateOrderResponse> {
    const { caller, idempotencyKey: key, items: lines, ...parties } = parseRequest(createOrderSchema, request);
    const outcome = await this.createOrderCase.execute({ write: { caller, key }, lines, ...parties });
    if (outcome.kind === 'refused') throw toGrpcRefusal(outcome);
    return { order: toOrderMessage(outcome.order) };
  }

  @GrpcMethod('CheckoutService', 'GetOrder')
  async getOrder(request: GetOrderRequest): Promise<GetOrderResponse> {
    const { orderId, ...reader } = parseRequest(orderSchema, request);
    const order = await this.readOrders.order(orderId, reader);
    if (!order) throw notFound('order');
    return { order: toOrderMessage(order) };
  }

  @GrpcMethod('CheckoutService', 'ListOrders')
  async listOrders(request: ListOrdersRequest): Promise<ListOrdersResponse> {
    const { customerId, ...page } = parseRequest(listOrdersSchema, request);
    const { items, next } = await this.readOrders.list(customerId, toPageRequest(page));
    return { orders: items.map(toOrderMessage), nextPageToken: toPageToken(next) };
  }
}
