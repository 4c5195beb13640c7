import { CheckoutServiceService } from '@ipe/contracts/gen/bank/checkout/v1/checkout';
import type { ServiceOptions } from '@ipe/service-kit/start-service';
import { CheckoutModule } from './checkout.module.ts';
import type { Config } from './config.ts';

export function checkoutService(config: Config): ServiceOptions {
  return {
    name: 'checkout',
    config,
    module: CheckoutModule.with(config),
    grpc: {
      address: config.GRPC_ADDRESS,
      services: { 'bank.checkout.v1.CheckoutService': CheckoutServiceService },
    },
  };
}
