import { type DynamicModule, Module } from '@nestjs/common';
import { loggingModule } from './logging.module.ts';
import { MetricsController } from './metrics.controller.ts';
import { HealthModule } from './readiness.ts';

/** What every service has: logs, health and metrics. Exports Readiness. */
@Module({})
export class ServiceModule {
  static for(service: { name: string; logLevel: string }): DynamicModule {
    return {
      module: ServiceModule,
      global: true,
      imports: [loggingModule(service), HealthModule],
      controllers: [MetricsController],
      exports: [HealthModule],
    };
  }
}
