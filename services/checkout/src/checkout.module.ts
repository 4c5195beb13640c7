import { createSecretKey } from 'node:crypto';
import { dynamoClient } from '@ipe/dynamodb/client';
import { type DynamicModule, Module } from '@nestjs/common';
import { GrpcAccounts } from './adapters/account/grpc-accounts.ts';
import { GrpcBankCore } from './adapters/bank/grpc-bank-core.ts';
import { CheckoutTable } from './adapters/dynamodb/checkout-table.ts';
import { DynamoMerchants } from './adapters/dynamodb/dynamo-merchants.ts';
import { DynamoOrders } from './adapters/dynamodb/dynamo-orders.ts';
import { DynamoPayments } from './adapters/dynamodb/dynamo-payments.ts';
import { DynamoProducts } from './adapters/dynamodb/dynamo-products.ts';
import { DynamoRefunds } from './adapters/dynamodb/dynamo-refunds.ts';
import { DynamoUnsettled } from './adapters/dynamodb/dynamo-unsettled.ts';
import { AnswerWithin } from './adapters/grpc/answer-by.ts';
import { OrdersController } from './adapters/grpc/orders.controller.ts';
import { PaymentsController } from './adapters/grpc/payments.controller.ts';
import { ShopController } from './adapters/grpc/shop.controller.ts';
import { PrometheusPaymentMetrics } from './adapters/metrics/prometheus-payment-metrics.ts';
import { RecoveryTimer } from './adapters/timer/recovery-timer.ts';
import { CreateMerchant } from './application/create-merchant.ts';
import { CreateOrder } from './application/create-order.ts';
import { CreateProduct } from './application/create-product.ts';
import { PayOrder } from './application/pay-order.ts';
import {
  Accounts,
  BankCore,
  Clock,
  FingerprintKey,
  Merchants,
  Orders,
  PaymentMetrics,
  Payments,
  Products,
  Refunds,
  Unsettled,
} from './application/ports.ts';
import { ReadOrders } from './application/read-orders.ts';
import { ReadPayments } from './application/read-payments.ts';
import { ReadShop } from './application/read-shop.ts';
import { RecoverPayments } from './application/recover-payments.ts';
import { RefundPayment } from './application/refund-payment.ts';
import { SettlePayment } from './application/settle-payment.ts';
import { SettleRefund } from './application/settle-refund.ts';
import type { Config } from './config.ts';

const useCases = [
  CreateMerchant,
  CreateProduct,
  CreateOrder,
  PayOrder,
  SettlePayment,
  RefundPayment,
  SettleRefund,
  RecoverPayments,
  ReadShop,
  ReadOrders,
  ReadPayments,
];

@Module({})
export class CheckoutModule {
  static with(config: Config): DynamicModule {
    const table = new CheckoutTable(dynamoClient(config), config.TABLE_PREFIX);
    const times = { intervalMs: config.RECOVERY_INTERVAL_MS, afterMs: config.RECOVERY_AFTER_MS };
    return {
      module: CheckoutModule,
      controllers: [ShopController, OrdersController, PaymentsController],
      providers: [
        ...useCases,
        { provide: CheckoutTable, useValue: table },
        { provide: Merchants, useValue: new DynamoMerchants(table) },
        { provide: Products, useValue: new DynamoProducts(table) },
        { provide: Orders, useValue: new DynamoOrders(table) },
        { provide: Payments, useValue: new DynamoPayments(table) },
        { provide: Refunds, useValue: new DynamoRefunds(table) },
        { provide: Unsettled, useValue: new DynamoUnsettled(table) },
        { provide: BankCore, useValue: new GrpcBankCore(config.TRANSACTION_ADDRESS, config.BANK_DEADLINE_MS) },
        { provide: Accounts, useValue: new GrpcAccounts(config.ACCOUNT_ADDRESS, config.ACCOUNT_DEADLINE_MS) },
        { provide: PaymentMetrics, useClass: PrometheusPaymentMetrics },
        { provide: Clock, useValue: { now: () => new Date() } },
        { provide: FingerprintKey, useValue: createSecretKey(config.FINGERPRINT_KEY) },
        { provide: AnswerWithin, useValue: new AnswerWithin(config.ANSWER_WITHIN_MS) },
        {
          provide: RecoveryTimer,
          useFactory: (recover: RecoverPayments) => new RecoveryTimer(recover, times),
          inject: [RecoverPayments],
        },
      ],
    };
  }
}
