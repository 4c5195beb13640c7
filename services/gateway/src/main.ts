import { readConfig } from '@ipe/service-kit/config';
import { runService } from '@ipe/service-kit/start-service';
import { configSchema } from './config.ts';
import { gatewayService } from './create-service.ts';

await runService(() => gatewayService(readConfig(configSchema, process.env)));
