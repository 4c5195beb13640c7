import { readConfig } from '@ipe/service-kit/config';
import { runService } from '@ipe/service-kit/start-service';
import { configSchema } from './config.ts';
import { checkoutService } from './create-service.ts';

await runService(() => checkoutService(readConfig(configSchema, process.env)));
