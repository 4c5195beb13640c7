import { readConfig } from '@ipe/service-kit/config';
import { runService } from '@ipe/service-kit/start-service';
import { configSchema } from './config.ts';
import { accountService } from './create-service.ts';

await runService(() => accountService(readConfig(configSchema, process.env)));
