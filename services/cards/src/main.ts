import { readConfig } from '@ipe/service-kit/config';
import { runService } from '@ipe/service-kit/start-service';
import { configSchema } from './config.ts';
import { cardsService } from './create-service.ts';

await runService(() => cardsService(readConfig(configSchema, process.env)));
