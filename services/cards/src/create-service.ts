import { CardsServiceService } from '@ipe/contracts/gen/bank/cards/v1/cards';
import type { ServiceOptions } from '@ipe/service-kit/start-service';
import { systemClock } from './adapters/clock/system-clock.ts';
import type { Clock } from './application/ports.ts';
import { CardsModule } from './cards.module.ts';
import type { Config } from './config.ts';

export function cardsService(config: Config, clock: Clock = systemClock): ServiceOptions {
  return {
    name: 'cards',
    config,
    module: CardsModule.with(config, clock),
    grpc: { address: config.GRPC_ADDRESS, services: { 'bank.cards.v1.CardsService': CardsServiceService } },
  };
}
